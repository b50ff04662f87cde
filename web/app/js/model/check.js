/** The connection check as the page shows it: rows of a table that fill up. */

import { browserRow, lineRow, reportText, serverRow, summaryWords } from './check-words.js';

/** @import { Signaling } from '../../lib/beckon.js' */
/** @import { BrowserCheck, ServerCheck, checkBrowser, checkServers } from '../../lib/check.js' */

/**
 * Event `change`, without detail.
 */
export class ConnectionCheck extends EventTarget {
  #signaling;
  #library;
  #running = false;
  #stop = new AbortController();
  /** @type {BrowserCheck | null} */
  #browser = null;
  /** @type {number | null | undefined} as lineRow takes it */
  #roundTrip;
  /** @type {readonly ServerCheck[]} */
  #servers = [];
  #loggedIn = false;

  /**
   * @param {Signaling} signaling
   * @param {{checkBrowser: typeof checkBrowser, checkServers: typeof checkServers}} library
   */
  constructor(signaling, library) {
    super();
    this.#signaling = signaling;
    this.#library = library;
  }

  get running() {
    return this.#running;
  }

  /** @returns {import('./check-words.js').CheckRow[]} */
  get rows() {
    return [
      browserRow(this.#browser),
      ...(this.#loggedIn ? [lineRow(this.#roundTrip)] : []),
      ...this.#servers.map(serverRow),
    ];
  }

  get summary() {
    const able = this.#browser?.outcome === 'works';
    return summaryWords({ running: this.#running, loggedIn: this.#loggedIn, able, servers: this.#servers });
  }

  /** @param {string} title */
  report(title) {
    return reportText(title, this.summary, this.rows);
  }

  /** Checks everything, from the start. */
  async run() {
    this.stop();
    const { signal } = (this.#stop = new AbortController());
    this.#running = true;
    this.#loggedIn = this.#signaling.me !== null;
    [this.#browser, this.#roundTrip, this.#servers] = [null, undefined, []];
    this.#changed();
    const all = [this.#checkBrowser(signal), this.#loggedIn ? this.#checkServers(signal) : null];
    const ends = await Promise.allSettled(all);
    if (signal.aborted) return;
    this.#running = false;
    this.#changed();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Stops what is under way; nothing more is heard of it. */
  stop() {
    this.#running = false;
    this.#stop.abort();
  }

  /** @param {AbortSignal} signal */
  async #checkBrowser(signal) {
    this.#browser = await this.#library.checkBrowser({ signal });
    this.#changed();
  }

  /**
   * Asks for the servers anew first: credentials may have lapsed, and the answer
   * tells how far away the server is.
   *
   * @param {AbortSignal} signal
   */
  async #checkServers(signal) {
    const start = performance.now();
    const roundTrip = await this.#signaling.ice().then(() => performance.now() - start, () => null);
    if (signal.aborted) return;
    this.#roundTrip = roundTrip;
    this.#changed();
    const report = (/** @type {readonly ServerCheck[]} */ checks) => {
      if (signal.aborted) return;
      this.#servers = checks;
      this.#changed();
    };
    await this.#library.checkServers(this.#signaling.iceServers, { signal, report });
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
