// Who we want to be, and how often we ask for it. A login outlives its socket:
// when the connection is back the same login is asked for again. The name may
// then still be held by our own ghost, the lost socket that the server has not
// given up yet, so "taken" is not the last word at once.
//
//  event         | none    | unasked               | asked            | answered
//  --------------+---------+-----------------------+------------------+---------------------------
//  want()        | unasked |                       |                  |
//  ready()       | -       | asked, with its token |                  |
//  no token      |         | none, or, if granted  |                  |
//                |         | before, tokenless()   |                  |
//  answered()    | no      | no                    | yes: answered    | no
//  accepted()    |         |                       |                  | granted, no ghost any more
//  rejected()    |         |                       |                  | none; unasked, ready() soon
//                |         |                       |                  | if a ghost may be to blame,
//                |         |                       |                  | for GHOST_PATIENCE at most
//  REPLY_TIMEOUT |         |                       | stalled()        |
//  lost()        | -       | unasked               | unasked, a ghost | unasked, a ghost
//  unreachable() | -       | none, if not to wait  |                  |
//  forget()      | -       | none                  | none, an orphan  | none
//
// In `none` nobody is wanted. Empty: does not happen. While there are orphans, answered() says no;
// lost() ends them.

import { SignalingError } from './protocol.js';
import { TokenRequest } from './token-request.js';

/** How long a refusal may be our own ghost's doing, in ms. */
const GHOST_PATIENCE = 60_000;
/** Ceiling of the wait between two tries while the ghost lives, in ms. */
const GHOST_RETRY = 2_000;
/** How long the server may take to answer a login, in ms. */
const REPLY_TIMEOUT = 15_000;

/** Refusals that pass when the ghost does. */
const PASSING = Object.freeze(['name_taken', 'room_full', 'server_full']);

/**
 * Who we want to be.
 *
 * @typedef {object} LoginRequest
 * @property {string} name
 * @property {string} [room] default: the lobby, ''
 * @property {import('./token-request.js').Token} [token] where the server wants one: as it is, or a function that returns
 *   it or a promise of it. That is asked again each time that we come back by ourselves
 */

/**
 * How long to try.
 *
 * @typedef {object} LoginOptions
 * @property {boolean} [wait] until the server can be reached; default: true. false: `unreachable` otherwise (the socket is
 *   tried again all the same, until close())
 * @property {AbortSignal} [signal] gives up what has not been granted yet
 */

/**
 * Who we are.
 *
 * @typedef {object} LoginResult
 * @property {string} id the server's, of this login
 * @property {string} name as the server shows it
 * @property {string} room '': the lobby
 * @property {import('./protocol.js').User[]} users who else is there
 * @property {RTCIceServer[]} iceServers see Signaling.iceServers
 */

/**
 * How far we have got on this socket. `unasked`: there is none, or no token yet, or the name may be our ghost's.
 * `asked`: the answer is on its way. `answered`: granted, or about to be refused.
 *
 * @typedef {'unasked' | 'asked' | 'answered'} Stage
 */

export class LoginFlow {
  #send;
  #stalled;
  #tokenless;
  #random;
  #tokens = new TokenRequest();
  /** @type {LoginRequest | null} */
  #request = null;
  /** @type {{ resolve: (result: LoginResult) => void, reject: (error: Error) => void, wait: boolean } | null} */
  #caller = null;
  /** @type {Stage} */
  #stage = 'unasked';
  /** Answers still to come to logins given up: not ours any more. */
  #orphans = 0;
  #ghost = false;
  #ghostUntil = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {object} deps
   * @param {(fields: import('./dialect-plain.js').LoginFields) => void} deps.send
   * @param {() => void} deps.stalled the server does not answer
   * @param {(error: SignalingError) => void} deps.tokenless there is no token with which to come back
   * @param {() => number} [deps.random]
   */
  constructor({ send, stalled, tokenless, random = Math.random }) {
    this.#send = send;
    this.#stalled = stalled;
    this.#tokenless = tokenless;
    this.#random = random;
  }

  /** Whether there is a login to ask for. */
  get wanted() {
    return this.#request !== null;
  }

  /** Whether that is the wish, and who made it still waits for an answer. @param {LoginRequest} request */
  awaits(request) {
    return this.#request === request && this.#caller !== null;
  }

  /** Whether the server has been asked on this socket, and has not refused. */
  get asked() {
    return this.#stage !== 'unasked';
  }

  /** Whether the server owes an answer. */
  get unanswered() {
    return this.#stage === 'asked' || this.#orphans > 0;
  }

  /** Whether the login was granted once: from then on nobody waits for a promise. */
  get #granted() {
    return this.wanted && this.#caller === null;
  }

  /**
   * Takes a new wish. Ask for it with ready().
   *
   * @param {LoginRequest} request
   * @param {boolean} [wait] for a server that cannot be reached
   * @returns {Promise<LoginResult>} rejects with a SignalingError
   */
  want(request, wait = true) {
    this.#request = request;
    return new Promise((resolve, reject) => {
      this.#caller = { resolve, reject, wait };
    });
  }

  /**
   * The server cannot be reached.
   *
   * @param {string} message
   */
  unreachable(message) {
    if (this.#caller?.wait === false) this.forget(new SignalingError('unreachable', message));
  }

  /** The socket is ready: asks, if there is something to ask for. */
  ready() {
    if (!this.#request) return;
    const { token, ...who } = this.#request;
    if (typeof token !== 'function') return this.#ask({ ...who, token });
    this.#tokens.ask(token, (fresh) => this.#ask({ ...who, token: fresh }), (error) => this.#withoutToken(error));
  }

  /** @param {import('./dialect-plain.js').LoginFields} fields */
  #ask(fields) {
    this.#stage = 'asked';
    this.#setTimer(REPLY_TIMEOUT, this.#stalled);
    this.#send(fields);
  }

  /** @param {SignalingError} error */
  #withoutToken(error) {
    if (this.#granted) this.#tokenless(error);
    else this.forget(error);
  }

  /** The socket is gone. If it was asked, its ghost may hold the name. */
  lost() {
    this.#stop();
    this.#ghost ||= this.asked;
    this.#ghostUntil = 0;
    this.#stage = 'unasked';
    this.#orphans = 0;
  }

  /**
   * An answer arrived (they come in the order asked).
   *
   * @returns {boolean} whether it is to the login that is wanted now
   */
  answered() {
    if (this.#orphans > 0) {
      this.#orphans--;
      return false;
    }
    if (this.#stage !== 'asked') return false;
    this.#stage = 'answered';
    return true;
  }

  /**
   * @param {LoginResult} result
   * @returns {boolean} true if this is the same login again
   */
  accepted(result) {
    clearTimeout(this.#timer);
    const again = this.#granted;
    this.#ghost = false;
    this.#caller?.resolve(result);
    this.#caller = null;
    return again;
  }

  /**
   * @param {string} code
   * @param {string} message
   * @returns {boolean} true if this ended a login that had been granted before
   */
  rejected(code, message) {
    clearTimeout(this.#timer);
    this.#stage = 'unasked';
    if (this.#blameGhost(code)) {
      this.#setTimer(GHOST_RETRY * (0.5 + this.#random() / 2), () => this.ready());
      return false;
    }
    const expelled = this.#granted;
    this.forget(new SignalingError(code, message));
    return expelled;
  }

  /**
   * Gives the wish up.
   *
   * @param {Error} error for who still waits for it
   */
  forget(error) {
    this.#stop();
    this.#caller?.reject(error);
    this.#caller = null;
    this.#request = null;
    if (this.#stage === 'asked') this.#orphans++;
    this.#stage = 'unasked';
    this.#ghost = false;
    this.#ghostUntil = 0;
  }

  /** @param {string} code */
  #blameGhost(code) {
    if (!this.#ghost || !PASSING.includes(code)) return false;
    this.#ghostUntil ||= performance.now() + GHOST_PATIENCE;
    return performance.now() < this.#ghostUntil;
  }

  /** Nothing is to come of what was begun. */
  #stop() {
    clearTimeout(this.#timer);
    this.#tokens.forget();
  }

  /** @param {number} ms @param {() => void} then */
  #setTimer(ms, then) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }
}
