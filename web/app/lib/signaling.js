// The signaling client: one user in one room of one server, kept there over lost sockets.
//
//  state      | what it means                           | open()     | login()    | retryNow()
//  -----------+-----------------------------------------+------------+------------+--------------
//  idle       | open() was not called yet               | connecting | connecting | -
//  connecting | a socket is being opened                | -          | waits      | anew, if slow
//  ready      | the server greeted us; not logged in    | -          | asks       | -, but probes
//  online     | logged in                               | -          | throws     | -, but probes
//  waiting    | the socket is lost; tries at `retryAt`  | -          | connecting | connecting
//  dormant    | the server tired of waiting for a login | connecting | connecting | -
//  refused    | the server told us to stay away         | connecting | throws     | -
//  closed     | close() was called, in any state        | connecting | throws     | -
//
//  connecting -> ready   the greeting; a login that waits is asked for (a second one throws)
//  ready -> online       granted; what is refused waits no more, unless LoginFlow asks again
//  online -> ready       logout(); in other states it ends a login that waits or is asked for
//  all three -> waiting  lost, or pagehide; no try before pageshow, nor soon after TRY_LATER
//            -> dormant  lost with LOGIN_TIMEOUT, and no login waits or is granted
//            -> refused  lost with POLICY or RESUMED_ELSEWHERE; it ends the login, as close() does

import { Connection } from './connection.js';
import { Dialects } from './dialects.js';
import { Emitter } from './emitter.js';
import { IceRequests } from './ice-request.js';
import { IceSupplier } from './ice-supply.js';
import { LoginFlow } from './login-flow.js';
import { CloseCode, SignalingError } from './protocol.js';
import { Resumption } from './resumption.js';
import { Roster } from './roster.js';
import { socketUrl } from './socket-url.js';

/** Browsers end the socket of a page that goes away as if it had failed: that page is no more when this is over, in ms. */
const WARN_AFTER = 1_000;

/** @typedef {import('./protocol.js').User} User */
/** @typedef {import('./login-flow.js').LoginResult} LoginResult */
/** @typedef {import('./login-flow.js').LoginRequest} LoginRequest */

/**
 * - `online`: logged in
 *
 * @typedef {'online' | import('./connection.js').ConnectionState} SignalingState
 */

/**
 * @typedef {object} SignalingEvents
 * @property {{ state: SignalingState, previous: SignalingState, retryAt: number, code: number, reason: string }} state
 *   code and reason: of the close frame, where one ended the socket (else 0 and '')
 * @property {{ users: ReadonlyMap<string, User> }} users after every change
 * @property {{ user: User }} joined somebody came
 * @property {{ user: User }} left somebody is gone
 * @property {LoginResult & { again: boolean, resumed: boolean }} login again: by itself, after a lost socket;
 *   resumed: as if it had not been lost. `joined` and `left` said who came and went meanwhile; what was sent to us follows
 * @property {object} caughtup after a login that resumed: all that was sent to us meanwhile has been passed on
 * @property {{ code: string, message: string }} logout coming back as the same user failed for good
 * @property {import('./ice-supply.js').IceSupply} ice other ICE servers than before: by a login, or because credentials were renewed
 * @property {import('./protocol.js').Signal} signal an offer, an answer or a candidate
 * @property {{ name: string, call: string | null }} hangup that user hung up on us
 * @property {import('./unreachable.js').Unreachable} unreachable a try to connect came to nothing; the next one is due at `retryAt`
 * @property {{ code: string, message: string, name: string | null }} error the server's; name: the recipient it is about.
 *   `no_token` is our own: the function asked for a token to come back with failed; it is asked again at the next try
 */

/**
 * @typedef {object} SignalingOptions
 * @property {string} [url] of the WebSocket; default: `ws` beside the folder this library came from
 * @property {import('./connection.js').WebSocketClass} [WebSocket] default: the browser's
 * @property {{ base?: number, cap?: number }} [backoff] first and highest ceiling of the wait before the next try, in ms; default: 500 and 30 000
 * @property {() => number} [random] evenly distributed in [0, 1); default: Math.random
 * @property {EventTarget | null} [page] where pagehide, pageshow, online and visibilitychange happen; default: the window
 */

/** @extends {Emitter<SignalingEvents>} */
export class Signaling extends Emitter {
  #connection;
  #login;
  #resumption = new Resumption();
  #dialects = new Dialects(this.#resumption);
  /** @type {SignalingState} */
  #state = 'idle';
  /** @type {{ id: string, name: string, room: string } | null} */
  #me = null;
  #roster = new Roster();
  #tokenRequired = false;
  #supplier;
  #iceRequests = new IceRequests();
  /** Whether there is no need any more to warn who writes a page that the server is not reached. */
  #warned = false;
  /** Resumptions so far; numbers the pings that tell when we have caught up. */
  #resumptions = 0;

  /** @param {SignalingOptions} [options] */
  constructor({ url = socketUrl(import.meta.url), random, ...options } = {}) {
    super();
    this.#login = new LoginFlow({
      send: (request) => this.#connection.send(this.#dialects.current.login(request)),
      stalled: () => this.#connection.drop('no answer to the login'),
      tokenless: (error) => this.#tokenless(error),
      random,
    });
    const wanted = () => this.#login.wanted;
    const unanswered = () => this.#login.unanswered;
    this.#connection = new Connection({ ...options, url, random, dialects: this.#dialects, wanted, unanswered });
    this.#connection.addEventListener('state', ({ detail }) => this.#connectionChanged(detail));
    this.#connection.addEventListener('unreachable', ({ detail }) => this.#unreachable(detail));
    this.#connection.addEventListener('notice', ({ detail }) => this.#heard(detail));
    this.#supplier = new IceSupplier({ ask: () => this.ice(), random });
  }

  /** Where we are; see SignalingState. */
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
   * The others in the room by id, kept up to date. While the socket is lost
   * and the session may yet be resumed: as last known. Else empty.
   *
   * @returns {ReadonlyMap<string, User>}
   */
  get users() {
    return this.#roster.users;
  }

  /** The ICE servers of the last reply that named some. Credentials among them are renewed in time while we are online. */
  get iceServers() {
    return this.iceSupply.iceServers;
  }

  /** The same, with how they may be used and for how long; another object with every reply. */
  get iceSupply() {
    return this.#supplier.current;
  }

  /** Whether the server wants a token from who logs in; known from the first `ready` on. */
  get tokenRequired() {
    return this.#tokenRequired;
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
   * @param {LoginRequest & import('./login-flow.js').LoginOptions} request
   * @returns {Promise<LoginResult>}
   * @throws {SignalingError} `name_taken`, `bad_name`, `unauthorized` and others; also `refused`, `closed` or `unreachable` without a
   *   server's word, `logged_out` if logout() came first, and `no_token` if that function failed
   * @throws {unknown} the signal's reason
   */
  async login({ name, room = '', token, wait = true, signal }) {
    signal?.throwIfAborted();
    if (this.#login.wanted) throw new SignalingError('already_logged_in', 'Log out first');
    if (this.#state === 'closed' || this.#state === 'refused') {
      throw new SignalingError(this.#state, 'Not connected to the server');
    }
    const granted = this.#login.want({ name, room, token }, wait);
    if (this.#state === 'ready') this.#login.ready();
    else if (this.#state === 'waiting') this.#connection.retryNow();
    else this.#connection.open();
    const giveUp = () => this.logout();
    signal?.addEventListener('abort', giveUp);
    return granted.catch((error) => {
      throw signal?.aborted ? signal.reason : error;
    }).finally(() => signal?.removeEventListener('abort', giveUp));
  }

  /** Gives the name back; the socket stays open. */
  logout() {
    if (this.#state === 'online' || this.#login.asked) this.#connection.send({ type: 'leave' });
    this.#forget(new SignalingError('logged_out', 'Logged out'));
    if (this.#state === 'online') this.#enter('ready');
  }

  /**
   * Asks for fresh ICE servers; TURN credentials expire.
   *
   * @returns {Promise<import('./ice-request.js').IceReply>}
   * @throws {SignalingError} `offline`, `timeout`
   */
  async ice() {
    if (!this.send({ type: 'ice' })) throw new SignalingError('offline', 'Not logged in');
    return this.#iceRequests.add();
  }

  /**
   * Sends any message of the protocol. What is sent to us is not lost with a
   * socket; what we send in its last moments may be (a Peer repeats what matters).
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
      this.#warned = true;
      this.#enter('ready');
      this.#login.ready();
      return;
    }
    if (state !== 'connecting') this.#socketLost(code);
    if (state === 'refused') this.#expel(state, reason || refusal(code));
    this.#enter(state, code, reason);
  }

  /** @param {import('./unreachable.js').Unreachable} failure */
  #unreachable(failure) {
    setTimeout(() => this.#warn(failure.message), WARN_AFTER);
    if (failure.last) this.#login.unreachable(failure.message);
    this.emit('unreachable', failure);
  }

  /** @param {string} message */
  #warn(message) {
    if (this.#warned || this.#state === 'closed') return;
    this.#warned = true;
    console.warn(message);
  }

  /**
   * The next try is due with the back-off.
   *
   * @param {SignalingError} error
   */
  #tokenless({ code, message }) {
    this.#connection.drop(message);
    this.emit('error', { code, message, name: null });
  }

  /** @param {number} code of the close frame */
  #socketLost(code) {
    this.#login.lost();
    this.#iceRequests.failAll('offline', 'The connection was lost');
    this.#resumption.detach();
    if (code === CloseCode.NORMAL) this.#resumption.end(); // a goodbye, ours or the server's
    if (!this.#resumption.possible) this.#clearUsers();
  }

  /** @param {import('./dialect-plain.js').Notice} notice */
  #heard(notice) {
    switch (notice.kind) {
      case 'greeting': return this.#greeted(notice);
      case 'accepted': return this.#accepted(notice);
      case 'rejected': return this.#rejected(notice);
      case 'presence': return this.#presence(notice);
      case 'pong': return this.#pong(notice);
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

  /** @param {import('./dialect-plain.js').Greeting} notice */
  #greeted({ tokenRequired }) {
    this.#tokenRequired = tokenRequired;
  }

  /** @param {import('./dialect-plain.js').Accepted} notice */
  #accepted(notice) {
    if (!this.#login.answered()) return;
    const { id, name, room, users, iceServers, session, resumed } = notice;
    this.#resumption.begin(session);
    this.#me = Object.freeze({ id, name, room });
    this.#supplied(notice);
    const result = { id, name, room, users, iceServers };
    const again = this.#login.accepted(result);
    if (resumed) {
      const news = this.#roster.apply(this.#roster.changeTo(users), id);
      this.#enter('online');
      this.#tell(news);
    } else {
      this.#roster.replace(users);
      this.#enter('online');
      this.emit('users', { users: this.users });
    }
    this.emit('login', { ...result, again, resumed });
    if (resumed) this.#connection.send({ type: 'ping', data: caughtUpMark(++this.#resumptions) });
  }

  /**
   * What was kept for us comes before the answer to the ping that we sent when
   * we resumed.
   *
   * @param {import('./dialect-plain.js').Pong} notice
   */
  #pong({ data }) {
    if (this.#state === 'online' && data === caughtUpMark(this.#resumptions)) this.emit('caughtup', {});
  }

  /** @param {import('./dialect-plain.js').Rejected} notice */
  #rejected({ code, message }) {
    if (!this.#login.answered()) return;
    this.#endSession();
    if (!this.#login.rejected(code, message)) return;
    this.#me = null;
    this.emit('logout', { code, message });
  }

  /** @param {import('./dialect-plain.js').Presence} notice */
  #presence({ left, joined }) {
    if (this.#state === 'online') this.#tell(this.#roster.apply({ left, joined }, this.#me?.id));
  }

  /** @param {import('./roster.js').Change} news */
  #tell({ left, joined }) {
    for (const user of left) this.emit('left', { user });
    for (const user of joined) this.emit('joined', { user });
    if (left.length + joined.length > 0) this.emit('users', { users: this.users });
  }

  /** @param {import('./dialect-plain.js').Ice} notice */
  #iceArrived(notice) {
    this.#supplied(notice);
    this.#iceRequests.answered({ iceServers: notice.iceServers, ttl: notice.ttl });
  }

  /** @param {import('./dialect-plain.js').Accepted | import('./dialect-plain.js').Ice} notice */
  #supplied({ iceServers, relayOnly, ttl }) {
    this.#supplier.took({ iceServers, relayOnly, ttl });
    this.emit('ice', this.iceSupply);
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
    this.#supplier.stop();
    this.#me = null;
    this.#endSession();
  }

  #endSession() {
    this.#resumption.end();
    this.#clearUsers();
  }

  #clearUsers() {
    if (this.#roster.clear()) this.emit('users', { users: this.users });
  }

  /** @param {SignalingState} state @param {number} [code] @param {string} [reason] */
  #enter(state, code = 0, reason = '') {
    const previous = this.#state;
    this.#state = state;
    this.emit('state', { state, previous, retryAt: this.retryAt, code, reason });
  }
}

/** @param {number} code of the close frame */
function refusal(code) {
  if (code === CloseCode.RESUMED_ELSEWHERE) return 'The session was taken over by another connection';
  return 'The server refused the connection';
}

/** @param {number} n */
function caughtUpMark(n) {
  return `caught up ${n}`;
}
