// One WebSocket that comes back. Knows when to return, when to wait and when to
// stay away; knows nothing of logins.

import { Backoff } from './backoff.js';
import { Emitter } from './emitter.js';
import { listen } from './listen.js';
import { Liveness } from './liveness.js';
import { currentPage, isHidden, watchPage } from './page-life.js';
import { CloseCode } from './protocol.js';
import { unreachable } from './unreachable.js';

/** How long the handshake and the server's greeting may take at the first try, in ms: so short because a session waits. */
const GREETING_TIMEOUT = 5_000;
/** Slow lines need more: each try in vain has twice the time, up to this. In ms. */
const MAX_GREETING_TIMEOUT = 15_000;
/** A socket that lived so long was good: the back-off starts over. In ms. */
const HEALTHY_AFTER = 10_000;
/** An overloaded server is left alone for at least so long, in ms. */
const OVERLOAD_PAUSE = 5_000;
/** A try that takes longer is started afresh when the page wakes up, in ms. */
const SLOW_TRY = 3_000;

/**
 * - `idle`: open() was not called yet
 * - `connecting`: a socket is being opened
 * - `ready`: the server's greeting arrived
 * - `waiting`: the socket is lost, the back-off runs
 * - `dormant`: the server saw no login in time, and there is nobody to log in
 * - `refused`: the server told us to stay away
 * - `closed`: close() was called
 *
 * @typedef {'idle' | 'connecting' | 'ready' | 'waiting' | 'dormant' | 'refused' | 'closed'} ConnectionState
 */

/**
 * @typedef {object} ConnectionEvents
 * @property {{ state: ConnectionState, code: number, reason: string, failure: import('./unreachable.js').Unreachable | null }} state
 *   failure: that of the try which came to nothing and so led to `waiting`
 * @property {import('./dialect-plain.js').Notice} notice that of the greeting comes before `ready`
 */

/** Said to who develops for Node. */
const NO_SOCKET = 'There is no WebSocket here. Node has one from version 22 on; before, pass that of the package ws:'
  + ' new Signaling({ url, WebSocket }), or join({ url, WebSocket, name })';
/** Said to who has a copy of the library. */
const NO_SERVER = 'Where is the server? The library did not come from one. Say where its WebSocket is:'
  + " new Signaling({ url: 'wss://HOST/ws' }), or join({ url, name })";

/** @typedef {new (url: string, protocols?: string[]) => WebSocket} WebSocketClass */

/**
 * @typedef {object} ConnectionOptions
 * @property {string} url
 * @property {import('./dialects.js').Dialects} dialects
 * @property {() => boolean} wanted whether somebody waits to be logged in
 * @property {() => boolean} unanswered whether the answer to a login is still to come
 * @property {WebSocketClass} [WebSocket]
 * @property {{ base?: number, cap?: number }} [backoff] ms
 * @property {() => number} [random]
 * @property {EventTarget | null} [page]
 */

/** @extends {Emitter<ConnectionEvents>} */
export class Connection extends Emitter {
  #options;
  #backoff;
  #liveness;
  /** @type {ConnectionState} */
  #state = 'idle';
  #retryAt = 0; // a date, to be shown; all else goes by the clock that nobody sets
  #triedAt = 0;
  #greetingTimeout = GREETING_TIMEOUT;
  /** Tries in a row that ended before the greeting. */
  #tries = 0;
  /** The current socket has opened. */
  #opened = false;
  /** What is wrong with it: Node says so, browsers do not. */
  #why = '';
  /** No try before this moment, whoever asks. */
  #notBefore = 0;
  #hidden = false;
  /** @type {WebSocket | null} */
  #socket = null;
  /** Ends the listeners of the current socket. */
  #listening = new AbortController();
  /** Ends the listeners on the page. */
  #watching = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} greeting, health or retry */
  #timer;

  /** @param {ConnectionOptions} options */
  constructor(options) {
    super();
    this.#options = options;
    this.#backoff = new Backoff({ ...options.backoff, random: options.random });
    this.#liveness = new Liveness({
      ask: () => this.send({ type: 'ping' }),
      dead: () => this.drop('no answer'),
      behindLogin: options.unanswered,
      unseen: () => isHidden(this.#page),
      random: options.random,
    });
  }

  get state() {
    return this.#state;
  }

  get #page() {
    const { page = currentPage() } = this.#options;
    return page;
  }

  /** When the next try is due (ms since the epoch) while `waiting`, else 0. */
  get retryAt() {
    return this.#retryAt;
  }

  /**
   * Starts, and stays connected until close().
   *
   * @throws {TypeError} it cannot be tried, see #newSocket()
   */
  open() {
    if (!['idle', 'dormant', 'refused', 'closed'].includes(this.#state)) return;
    this.#hidden = false;
    this.#watching.abort();
    this.#watching = new AbortController();
    watchPage(this.#page, {
      hide: () => this.#hide(),
      show: () => this.#show(),
      wake: () => this.retryNow(),
    }, this.#watching.signal);
    this.#connect();
  }

  /** Ends it for good. */
  close() {
    this.#watching.abort();
    this.#leave(CloseCode.NORMAL);
    if (this.#state !== 'closed') this.#enter('closed');
  }

  /** Cuts the back-off short; or, if there is a socket, makes sure that it lives. */
  retryNow() {
    const now = performance.now();
    if (this.#state === 'ready') this.#liveness.probe();
    else if (this.#state === 'waiting' && !this.#hidden && now >= this.#notBefore) this.#connect();
    else if (this.#state === 'connecting' && now >= this.#triedAt + SLOW_TRY) this.#connect();
  }

  /**
   * @param {object} frame
   * @returns {boolean} false if there is no open socket
   */
  send(frame) {
    if (this.#socket?.readyState !== 1 /* OPEN */) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /**
   * Gives up a socket that no longer answers, and comes back. No goodbye: the
   * session, if there is one, is to go on.
   *
   * @param {string} reason
   */
  drop(reason) {
    if (!this.#socket) return;
    this.#leave(CloseCode.GIVEN_UP);
    this.#lost(CloseCode.ABNORMAL, reason);
  }

  #connect() {
    const { dialects } = this.#options;
    this.#leave(CloseCode.GIVEN_UP);
    this.#triedAt = performance.now();
    const socket = this.#newSocket(dialects.offer());
    this.#socket = socket;
    this.#listening = new AbortController();
    this.#opened = false;
    const { signal } = this.#listening;
    listen(socket, 'open', () => {
      this.#opened = true;
      dialects.opened(socket.protocol);
    }, signal);
    listen(socket, 'message', ({ data }) => this.#receive(data), signal);
    listen(socket, 'close', ({ code, reason }) => {
      this.#leave(CloseCode.GIVEN_UP);
      this.#lost(code, reason);
    }, signal);
    this.#why = '';
    // What it leads to, `close` tells. But an emitter of Node throws what nobody listens to, of a socket given up too.
    socket.addEventListener('error', (event) => {
      if (socket === this.#socket && 'message' in event) this.#why = String(event.message);
    });
    this.#setTimer(this.#greetingTimeout, () => {
      this.#greetingTimeout = Math.min(this.#greetingTimeout * 2, MAX_GREETING_TIMEOUT);
      this.drop('no greeting');
    });
    this.#enter('connecting');
  }

  /**
   * @param {string[]} offer
   * @throws {TypeError} what has to be passed, and was not
   * @throws {unknown} what the constructor throws
   */
  #newSocket(offer) {
    const { url, WebSocket: Socket = globalThis.WebSocket } = this.#options;
    if (typeof Socket !== 'function') throw new TypeError(NO_SOCKET);
    try {
      return offer.length > 0 ? new Socket(url, offer) : new Socket(url);
    } catch (cause) {
      throw url.startsWith('file:') ? new TypeError(NO_SERVER, { cause }) : cause;
    }
  }

  /** @param {unknown} data */
  #receive(data) {
    this.#liveness.heard();
    const notice = this.#options.dialects.current.read(data);
    if (notice === null) return;
    this.emit('notice', notice);
    if (notice.kind === 'greeting' && this.#state === 'connecting') {
      this.#greetingTimeout = GREETING_TIMEOUT;
      this.#tries = 0;
      this.#setTimer(HEALTHY_AFTER, () => this.#backoff.reset());
      this.#enter('ready');
    }
  }

  /**
   * Lets go of the current socket if there is one, without a word to anybody here.
   *
   * @param {number} code NORMAL says goodbye: the server ends the session
   */
  #leave(code) {
    clearTimeout(this.#timer);
    this.#liveness.stop();
    this.#listening.abort();
    this.#socket?.close(code);
    this.#socket = null;
    this.#retryAt = 0;
  }

  /** @param {number} code @param {string} reason */
  #lost(code, reason) {
    if (code === CloseCode.POLICY || code === CloseCode.RESUMED_ELSEWHERE) {
      this.#enter('refused', code, reason);
    } else if (code === CloseCode.LOGIN_TIMEOUT && !this.#options.wanted()) {
      this.#enter('dormant', code, reason);
    } else {
      this.#comeBack(code, reason);
    }
  }

  /** @param {number} code @param {string} reason */
  #comeBack(code, reason) {
    const failure = this.#state === 'connecting' ? this.#inVain() : null;
    const pause = code === CloseCode.TRY_LATER ? OVERLOAD_PAUSE : 0;
    const wait = pause + this.#backoff.next();
    this.#notBefore = performance.now() + pause;
    this.#tryAfter(wait);
    this.#enter('waiting', code, reason, failure);
  }

  #inVain() {
    const { url, dialects } = this.#options;
    const opened = this.#opened;
    return unreachable({ url, why: this.#why, tries: ++this.#tries, opened, last: opened || dialects.exhausted });
  }

  /** The page is put away: a clean goodbye, and silence until it is back. */
  #hide() {
    if (!['connecting', 'ready', 'waiting'].includes(this.#state)) return;
    this.#hidden = true;
    this.#leave(CloseCode.NORMAL);
    this.#enter('waiting', CloseCode.NORMAL, 'page hidden');
  }

  #show() {
    this.#hidden = false;
    const pause = this.#notBefore - performance.now();
    if (this.#state === 'waiting' && pause > 0) this.#tryAfter(pause);
    else this.retryNow();
  }

  /** @param {number} ms */
  #tryAfter(ms) {
    this.#retryAt = Date.now() + ms;
    this.#setTimer(ms, () => this.#connect());
  }

  /** @param {number} ms @param {() => void} then */
  #setTimer(ms, then) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }

  /**
   * The last thing to be done: who is told may change everything again.
   *
   * @param {ConnectionState} state
   * @param {number} [code]
   * @param {string} [reason]
   * @param {import('./unreachable.js').Unreachable | null} [failure]
   */
  #enter(state, code = 0, reason = '', failure = null) {
    this.#state = state;
    this.emit('state', { state, code, reason, failure });
  }
}
