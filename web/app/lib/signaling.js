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
//
// A change is made as a whole before any of it is told, as who is told may change everything again.
// What is no longer so by then is not told any more.

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
import { Warning } from './unreachable.js';

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
 * @property {string} [url] of the WebSocket; default: `ws` beside the folder this library came from. A copy of the library
 *   has to be told
 * @property {import('./connection.js').WebSocketClass} [WebSocket] default: the browser's, or Node's from version 22 on
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
  #warning = new Warning();

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

  /**
   * @param {string} name in any spelling that the server takes for the same
   * @returns {User | undefined} who of `users` that is
   */
  userOf(name) {
    return this.#roster.named(name);
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

  /** Connects, and stays connected until close(). @throws {TypeError} there is no WebSocket, or no `url`: it says what to pass */
  open() {
    this.#connection.open();
  }

  /** Leaves for good: closes the socket, forgets who we were. Connections with others go on; see Peers.dispose(). */
  close() {
    const emptied = this.#forget(new SignalingError('closed', 'The signaling client was closed'));
    this.#warning.dismiss();
    this.#connection.close();
    if (emptied) this.#tellUsers();
  }

  /** Tries again now instead of at `retryAt`; or, with a socket, makes sure that it still lives. */
  retryNow() {
    this.#connection.retryNow();
  }

  /**
   * Logs in, as soon as there is a socket (opening one if need be; after `refused` or `closed` call open() first).
   *
   * @param {LoginRequest & import('./login-flow.js').LoginOptions} request
   * @returns {Promise<LoginResult>}
   * @throws {SignalingError} `name_taken`, `bad_name`, `unauthorized` and others; also `refused`, `closed` or `unreachable` without a
   *   server's word, `logged_out` if logout() came first, and `no_token` if `token` is a function and failed
   * @throws {TypeError} as open()
   * @throws {unknown} the signal's reason
   */
  async login({ name, room = '', token, wait = true, signal }) {
    signal?.throwIfAborted();
    if (this.#login.wanted) throw new SignalingError('already_logged_in', 'Log out first');
    if (this.#state === 'closed' || this.#state === 'refused') {
      throw new SignalingError(this.#state, 'Not connected to the server: call open() first');
    }
    const request = { name, room, token };
    const granted = this.#login.want(request, wait);
    const giveUp = () => this.#login.awaits(request) && this.logout();
    signal?.addEventListener('abort', giveUp);
    try {
      if (this.#state === 'ready') this.#login.ready();
      else if (this.#state === 'waiting') this.#connection.retryNow();
      else this.#connection.open();
    } catch (error) {
      this.#login.forget(/** @type {Error} */ (error));
    }
    return granted.catch((error) => {
      throw signal?.aborted ? signal.reason : error;
    }).finally(() => signal?.removeEventListener('abort', giveUp));
  }

  /** Gives the name back; the socket stays open, and connections with others go on. */
  logout() {
    if (this.#state === 'online' || this.#login.asked) this.#connection.send({ type: 'leave' });
    const emptied = this.#forget(new SignalingError('logged_out', 'Logged out'));
    if (this.#state === 'online') this.#enter('ready');
    if (emptied) this.#tellUsers();
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
  #connectionChanged({ state, code, reason, failure }) {
    if (state === 'connecting') return this.#enter(state);
    if (state === 'ready') {
      this.#warning.dismiss();
      this.#login.ready(); // first, so that who logs in when told is not asked for twice
      return this.#enter(state);
    }
    const somebody = this.#me !== null;
    const message = reason || refusal(code);
    let emptied = this.#socketLost(code, failure);
    if (state === 'refused') emptied = this.#forget(new SignalingError(state, message)) || emptied;
    this.#enter(state, code, reason);
    if (emptied) this.#tellUsers();
    if (this.#state === 'refused' && somebody) this.emit('logout', { code: this.#state, message });
    if (this.#state === 'waiting' && failure) this.emit('unreachable', failure);
    return undefined;
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

  /**
   * @param {number} code of the close frame
   * @param {import('./unreachable.js').Unreachable | null} failure
   * @returns {boolean} as #forget()
   */
  #socketLost(code, failure) {
    this.#login.lost();
    if (failure) this.#warning.plan(failure.message);
    if (failure?.last) this.#login.unreachable(failure.message);
    this.#iceRequests.failAll('offline', 'The connection was lost');
    this.#resumption.detach();
    if (code === CloseCode.NORMAL) this.#resumption.end(); // a goodbye, ours or the server's
    return !this.#resumption.possible && this.#roster.clear();
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
    const result = { id, name, room, users, iceServers };
    const again = this.#login.accepted(result);
    this.#resumption.begin(session);
    this.#me = Object.freeze({ id, name, room });
    this.#supplier.took(notice);
    const news = resumed ? this.#roster.apply(this.#roster.changeTo(users), id) : null;
    if (!resumed) this.#roster.replace(users);
    this.#enter('online');
    this.#whileOnline([
      () => this.emit('ice', this.iceSupply),
      () => (news ? this.#tell(news) : this.#tellUsers()),
      () => this.emit('login', { ...result, again, resumed }),
      () => resumed && this.#connection.send({ type: 'ping', data: this.#resumption.mark() }),
    ]);
  }

  /**
   * Does one after the other, unless a listener ends the login.
   *
   * @param {(() => unknown)[]} steps
   */
  #whileOnline(steps) {
    for (const step of steps) if (this.#state === 'online') step();
  }

  /** @param {import('./dialect-plain.js').Pong} notice */
  #pong({ data }) {
    if (this.#state === 'online' && this.#resumption.caughtUp(data)) this.emit('caughtup', {});
  }

  /** @param {import('./dialect-plain.js').Rejected} notice */
  #rejected({ code, message }) {
    if (!this.#login.answered()) return;
    const expelled = this.#login.rejected(code, message);
    if (expelled) this.#me = null;
    this.#resumption.end();
    const emptied = this.#roster.clear();
    if (expelled) this.emit('logout', { code, message });
    if (emptied) this.#tellUsers();
  }

  /** @param {import('./dialect-plain.js').Presence} notice */
  #presence({ left, joined }) {
    if (this.#state === 'online') this.#tell(this.#roster.apply({ left, joined }, this.#me?.id));
  }

  /** @param {import('./roster.js').Change} news */
  #tell({ left, joined }) {
    this.#whileOnline([
      ...left.map((user) => () => this.emit('left', { user })),
      ...joined.map((user) => () => this.emit('joined', { user })),
      () => left.length + joined.length > 0 && this.#tellUsers(),
    ]);
  }

  #tellUsers() {
    this.emit('users', { users: this.users });
  }

  /** @param {import('./dialect-plain.js').Ice} notice */
  #iceArrived(notice) {
    this.#iceRequests.answered({ iceServers: notice.iceServers, ttl: notice.ttl });
    if (this.#state !== 'online') return; // it was asked for before we logged out
    this.#supplier.took(notice);
    this.emit('ice', this.iceSupply);
  }

  /**
   * @param {SignalingError} error
   * @returns {boolean} whether there were others in the room: that there are none any more is to be told
   */
  #forget(error) {
    this.#login.forget(error);
    this.#supplier.stop();
    this.#me = null;
    this.#resumption.end();
    return this.#roster.clear();
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
