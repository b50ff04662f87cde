// The signaling client: one user in one room of one server, kept there over
// lost sockets.

import { Connection } from './connection.js';
import { plain } from './dialect-plain.js';
import { Emitter } from './emitter.js';
import { IceRequests } from './ice-request.js';
import { LoginFlow } from './login-flow.js';
import { SignalingError } from './protocol.js';
import { socketUrl } from './socket-url.js';

/**
 * @typedef {import('./protocol.js').User} User
 * @typedef {import('./protocol.js').Signal} Signal
 * @typedef {import('./login-flow.js').LoginResult} LoginResult
 * @typedef {import('./dialect-plain.js').LoginRequest} LoginRequest
 * @typedef {import('./dialect-plain.js').Notice} Notice
 */

/**
 * - `idle`: open() was not called yet
 * - `connecting`: a socket is being opened
 * - `ready`: the server greeted us; not logged in
 * - `online`: logged in
 * - `waiting`: the socket is lost; the next try is due at `retryAt`
 * - `dormant`: the server tired of waiting for a login; login() comes back
 * - `refused`: the server told us to stay away; only open() tries again
 * - `closed`: close() was called
 *
 * @typedef {'online' | import('./connection.js').ConnectionState} SignalingState
 */

/**
 * The events and their details.
 *
 * @typedef {object} SignalingEvents
 * @property {{ state: SignalingState, previous: SignalingState, retryAt: number, code: number, reason: string }} state
 *   code and reason: of the close frame, where one ended the socket (else 0 and '')
 * @property {{ users: ReadonlyMap<string, User> }} users after every change
 * @property {{ user: User }} joined
 * @property {{ user: User }} left
 * @property {LoginResult & { again: boolean }} login again: by itself, after a lost socket
 * @property {{ code: string, message: string }} logout coming back as the same user failed for good
 * @property {Signal} signal an offer, an answer or a candidate
 * @property {{ name: string, call: string | null }} hangup that user hung up on us
 * @property {{ code: string, message: string, name: string | null }} error the server's; name: the recipient it is about
 */

/**
 * @typedef {object} SignalingOptions
 * @property {string} [url] of the WebSocket; default: `ws` beside the folder this library came from
 * @property {import('./connection.js').WebSocketClass} [WebSocket]
 * @property {{ base?: number, cap?: number }} [backoff] first and highest ceiling of the wait, in ms (500, 30 000)
 * @property {() => number} [random] evenly distributed in [0, 1)
 * @property {EventTarget | null} [page] where pagehide, pageshow, online and visibilitychange happen; default: the window
 */

/** @extends {Emitter<SignalingEvents>} */
export class Signaling extends Emitter {
  #connection;
  #login;
  /** @type {SignalingState} */
  #state = 'idle';
  /** @type {{ id: string, name: string, room: string } | null} */
  #me = null;
  /** @type {Map<string, User>} */
  #users = new Map();
  /** @type {RTCIceServer[]} */
  #iceServers = [];
  #iceRequests = new IceRequests();

  /** @param {SignalingOptions} [options] */
  constructor({ url = socketUrl(import.meta.url), random, ...options } = {}) {
    super();
    this.#login = new LoginFlow({
      send: (request) => this.#connection.send(plain.login(request)),
      stalled: () => this.#connection.drop('no answer to the login'),
      random,
    });
    const wanted = () => this.#login.wanted;
    this.#connection = new Connection({ ...options, url, random, dialect: plain, wanted });
    this.#connection.addEventListener('state', ({ detail }) => this.#connectionChanged(detail));
    this.#connection.addEventListener('notice', ({ detail }) => this.#heard(detail));
  }

  /** Where we are. */
  get state() {
    return this.#state;
  }

  /** When the next try is due, in ms since the epoch, while `waiting`; else 0. */
  get retryAt() {
    return this.#connection.retryAt;
  }

  /** Who we are, or (while the socket is lost) want to be again; else null. */
  get me() {
    return this.#me;
  }

  /**
   * The others in the room by id, kept up to date; empty while not online.
   *
   * @returns {ReadonlyMap<string, User>}
   */
  get users() {
    return this.#users;
  }

  /** The ICE servers of the last reply that named some. */
  get iceServers() {
    return this.#iceServers;
  }

  /** Connects, and stays connected until close(). */
  open() {
    this.#connection.open();
  }

  /** Leaves for good: closes the socket, forgets who we were. */
  close() {
    this.#forget(new SignalingError('closed', 'The signaling client was closed'));
    this.#connection.close();
  }

  /** Tries again now instead of at `retryAt`; or, with a socket, makes sure that it still lives. */
  retryNow() {
    this.#connection.retryNow();
  }

  /**
   * Logs in, as soon as there is a socket (opening one if need be).
   *
   * @param {LoginRequest} request room: default the lobby, ''
   * @returns {Promise<LoginResult>}
   * @throws {SignalingError} name_taken, bad_name, unauthorized ...; also `refused`
   *   or `closed` without a server's word, and `logged_out` if logout() came first
   */
  async login({ name, room = '', token }) {
    if (this.#login.wanted) throw new SignalingError('already_logged_in', 'Log out first');
    if (this.#state === 'closed' || this.#state === 'refused') {
      throw new SignalingError(this.#state, 'Not connected to the server');
    }
    const granted = this.#login.want({ name, room, token });
    if (this.#state === 'ready') this.#login.ready();
    else if (this.#state === 'waiting') this.#connection.retryNow();
    else this.#connection.open();
    return granted;
  }

  /** Gives the name back; the socket stays open. */
  logout() {
    if (this.#state === 'online' || this.#login.wanted) this.#connection.send({ type: 'leave' });
    this.#forget(new SignalingError('logged_out', 'Logged out'));
    if (this.#state === 'online') this.#enter('ready');
  }

  /**
   * Asks for fresh ICE servers; TURN credentials expire.
   *
   * @returns {Promise<import('./ice-request.js').IceReply>}
   * @throws {SignalingError} offline, timeout
   */
  async ice() {
    if (!this.send({ type: 'ice' })) throw new SignalingError('offline', 'Not logged in');
    return this.#iceRequests.add();
  }

  /**
   * Sends any message of the protocol.
   *
   * @param {{ type: string, [field: string]: unknown }} message
   * @returns {boolean} false if we are not online: nothing was sent
   */
  send(message) {
    return this.#state === 'online' && this.#connection.send(message);
  }

  /** @param {import('./connection.js').ConnectionEvents['state']} change */
  #connectionChanged({ state, code, reason }) {
    if (state === 'ready') {
      this.#enter('ready');
      this.#login.ready();
      return;
    }
    if (state !== 'connecting') this.#socketLost();
    if (state === 'refused') this.#expel(state, reason || 'The server refused the connection');
    this.#enter(state, code, reason);
  }

  #socketLost() {
    this.#login.lost();
    this.#iceRequests.failAll('offline', 'The connection was lost');
    this.#clearUsers();
  }

  /** @param {Notice} notice */
  #heard(notice) {
    switch (notice.kind) {
      case 'accepted': return this.#accepted(notice);
      case 'rejected': return this.#rejected(notice);
      case 'presence': return this.#presence(notice);
      case 'signal': return this.emit('signal', notice.signal);
      case 'hangup': return this.emit('hangup', { name: notice.name, call: notice.call });
      case 'ice': return this.#iceArrived(notice);
      case 'error': {
        const { code, message, name } = notice;
        return this.emit('error', { code, message, name });
      }
      default: return undefined;
    }
  }

  /** @param {import('./dialect-plain.js').Accepted} notice */
  #accepted({ id, name, room, users, iceServers }) {
    if (!this.#login.answered()) return;
    this.#me = Object.freeze({ id, name, room });
    this.#users.clear();
    for (const user of users) this.#users.set(user.id, user);
    this.#iceServers = iceServers;
    const result = { id, name, room, users, iceServers };
    const again = this.#login.accepted(result);
    this.#enter('online');
    this.emit('users', { users: this.#users });
    this.emit('login', { ...result, again });
  }

  /** @param {import('./dialect-plain.js').Rejected} notice */
  #rejected({ code, message }) {
    if (!this.#login.answered() || !this.#login.rejected(code, message)) return;
    this.#me = null;
    this.emit('logout', { code, message });
  }

  /** @param {import('./dialect-plain.js').Presence} notice */
  #presence({ left, joined }) {
    if (this.#state !== 'online') return;
    const gone = left.filter((user) => this.#users.delete(user.id));
    const come = joined.filter((user) => user.id !== this.#me?.id && !this.#users.has(user.id));
    for (const user of come) this.#users.set(user.id, user);
    for (const user of gone) this.emit('left', { user });
    for (const user of come) this.emit('joined', { user });
    if (gone.length + come.length > 0) this.emit('users', { users: this.#users });
  }

  /** @param {import('./dialect-plain.js').Ice} notice */
  #iceArrived({ iceServers, ttl }) {
    this.#iceServers = iceServers;
    this.#iceRequests.answered({ iceServers, ttl });
  }

  /** @param {string} code @param {string} message */
  #expel(code, message) {
    const wasSomebody = this.#me !== null;
    this.#forget(new SignalingError(code, message));
    if (wasSomebody) this.emit('logout', { code, message });
  }

  /** @param {SignalingError} error */
  #forget(error) {
    this.#login.forget(error);
    this.#me = null;
    this.#clearUsers();
  }

  #clearUsers() {
    if (this.#users.size === 0) return;
    this.#users.clear();
    this.emit('users', { users: this.#users });
  }

  /** @param {SignalingState} state @param {number} [code] @param {string} [reason] */
  #enter(state, code = 0, reason = '') {
    const previous = this.#state;
    this.#state = state;
    this.emit('state', { state, previous, retryAt: this.retryAt, code, reason });
  }
}
