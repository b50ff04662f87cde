/** What all measurements share: one browser, our server, PeerJS's, a host for their pages, and a far version of each. */
import { launch } from '../e2e/fixture/browsers.js';
import { Server } from '../e2e/fixture/server.js';
import { startDelay } from './delay.js';
import { startPageHost } from './pagehost.js';
import { startPeerServer } from './peerserver.js';

/** @typedef {'beckon' | 'peerjs' | 'bare'} Kind  bare: no library, no server */

/** @typedef {{pages: number, beckon: number, peerjs: number}} Ports  on loopback */

export class Place {
  #puttingAway = /** @type {(() => unknown)[]} */ ([]);
  #visitors = 0;

  /**
   * @param {{browser?: import('../e2e/fixture/browsers.js').Kind, steady?: boolean, delay?: number}} [options]
   *   delay: ms each way between a far page and its server
   */
  static async open({ browser = 'chromium', steady = false, delay = 25 } = {}) {
    const place = new Place();
    try {
      await place.#open(browser, steady, delay);
      return place;
    } catch (error) {
      await place.close();
      throw error;
    }
  }

  /** @type {Server} */ server;
  /** @type {import('puppeteer-core').Browser} */ browser;
  /** @type {Ports} of the servers */ near;
  /** @type {Ports} that lead there with a delay */ far;

  /** @param {import('../e2e/fixture/browsers.js').Kind} kind @param {boolean} steady @param {number} delay */
  async #open(kind, steady, delay) {
    const pages = this.#keep(await startPageHost(() => this.server.url)).port;
    const peerjs = this.#keep(await startPeerServer()).port;
    const farPages = this.#keep(await startDelay(pages, delay)).port;
    const origins = [pages, farPages].flatMap((port) => ['--allowed-origin', `http://127.0.0.1:${port}`]);
    this.server = await Server.start(origins);
    this.#puttingAway.push(() => this.server.stop());
    const beckon = this.server.port;
    this.near = { pages, beckon, peerjs };
    this.far = {
      pages: farPages,
      beckon: this.#keep(await startDelay(beckon, delay)).port,
      peerjs: this.#keep(await startDelay(peerjs, delay)).port,
    };
    this.browser = await launch(kind, { steady });
    this.#puttingAway.push(() => this.browser.close());
  }

  /**
   * The address of a bare page of that library, for somebody new.
   *
   * @param {Kind} kind
   * @param {{far?: boolean, serialization?: string}} [options]
   */
  visit(kind, { far = false, serialization = '' } = {}) {
    const name = `visitor-${++this.#visitors}`;
    const { pages, beckon, peerjs } = far ? this.far : this.near;
    const query = new URLSearchParams({ name });
    if (kind === 'beckon') query.set('ws', `ws://127.0.0.1:${beckon}/ws`);
    if (kind === 'peerjs') query.set('port', String(peerjs));
    if (serialization) query.set('serialization', serialization);
    return { name, url: `http://127.0.0.1:${pages}/pages/${kind}.html?${query}` };
  }

  /** The address of the whole chat page. @param {boolean} far */
  chatPage(far) {
    return `http://127.0.0.1:${(far ? this.far : this.near).beckon}/`;
  }

  async close() {
    for (const putAway of this.#puttingAway.reverse()) await putAway();
  }

  /** @template {{close: () => unknown}} T @param {T} thing */
  #keep(thing) {
    this.#puttingAway.push(() => thing.close());
    return thing;
  }
}
