// What can be said of a try to reach the server that came to nothing. Browsers
// tell scripts neither the status of the answer nor whether there was one; Node does.

/** Browsers end the socket of a page that goes away as if it had failed: that page is no more when this is over, in ms. */
const WARN_AFTER = 1_000;

/**
 * @typedef {object} Unreachable
 * @property {number} tries so many in a row, this one included, have ended before the server's greeting
 * @property {boolean} opened whether a socket did open, and then stayed silent or was closed
 * @property {boolean} last whether it was tried in every way there is
 * @property {string} message what it may be, for the developer of the page
 */

/**
 * @param {{ url: string, why: string, tries: number, opened: boolean, last: boolean }} failure why: in the words of Node
 * @returns {Unreachable}
 */
export function unreachable({ url, why, ...failure }) {
  return { ...failure, message: failure.opened ? silentWords(url) : unopenedWords(url, why) };
}

/** @param {string} url */
function silentWords(url) {
  return `The WebSocket ${url} opens, but no beckon server greets there: is the address right?`;
}

/** @param {string} url @param {string} why */
function unopenedWords(url, why) {
  const origin = globalThis.location?.origin;
  const known = why ? `: ${why}. It` : '. The browser does not say why; it';
  return `The WebSocket ${url} does not open${known} may be that`
    + ' the server is down or full,'
    + ' that a proxy on the way does not pass WebSocket on,'
    + ` or that the server does not allow pages of this origin (--allowed-origin ${origin ?? 'ORIGIN'}).`
    + ' Its operator can find out with: beckon doctor';
}

/** Tells who writes a page that the server is not reached: once, if ever. */
export class Warning {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #dismissed = false;

  /** @param {string} message */
  plan(message) {
    if (!this.#dismissed) this.#timer ??= setTimeout(() => console.warn(message), WARN_AFTER);
  }

  /** There is no need for it any more. */
  dismiss() {
    this.#dismissed = true;
    clearTimeout(this.#timer);
  }
}
