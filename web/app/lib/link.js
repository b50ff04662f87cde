// What is behind a Peer: its state, its current attempt to connect, and what
// becomes of both as messages, presence and time come in.

import { Attempt } from './attempt.js';
import { watchPath } from './path.js';
import { Peer } from './peer.js';
import { isDescription } from './protocol.js';
import { watchPulse } from './pulse.js';
import { Recovery } from './recovery.js';

/**
 * After hanging up, the word of it and the last messages get so long to arrive
 * before the connection itself is closed, in ms.
 */
const LINGER = 500;

/**
 * @typedef {import('./peer.js').PeerState} PeerState
 * @typedef {import('./peer.js').PeerReason} PeerReason
 * @typedef {import('./path.js').Path} Path
 * @typedef {import('./protocol.js').Signal} Signal
 */

/**
 * A message of the protocol.
 *
 * @typedef {{ type: string, [field: string]: unknown }} Message
 */

/**
 * What a Link needs from its Peers.
 *
 * @typedef {object} LinkDeps
 * @property {typeof RTCPeerConnection} RTCPeerConnection
 * @property {import('./spare.js').Spare} spare
 * @property {string} label of the channel
 * @property {number} connectTimeout ms
 * @property {() => RTCIceServer[]} iceServers
 * @property {() => boolean} online whether the server hears us
 * @property {(message: Message) => boolean} send false: not sent
 * @property {() => void} doubt touch is lost: perhaps with the server too
 * @property {() => boolean} polite whether we give way to this user
 * @property {(call: string | null) => unknown[]} early candidates that were there before their offer
 * @property {() => void} over called once, when the Peer failed or was closed
 */

export class Link {
  /** @type {PeerState} */
  state = 'connecting';
  /** @type {Path | null} */
  path = null;
  /** @type {PeerReason | null} */
  reason = null;
  /** The public face. */
  peer = new Peer(this);

  #deps;
  #recovery;
  /** @type {Attempt | null} */
  #attempt = null;
  /** @type {Signal | null} an offer that waits for accept() */
  #held = null;
  /** Whether the user is in the room, as far as we know. */
  #present = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watchdog;

  /**
   * @param {string} name of the other user
   * @param {boolean} incoming whether the other side called us
   * @param {LinkDeps} deps
   */
  constructor(name, incoming, deps) {
    this.name = name;
    this.incoming = incoming;
    this.#deps = deps;
    this.#recovery = new Recovery({
      leads: () => !deps.polite(),
      reachable: () => deps.online() && this.#present,
      restart: () => this.restartIce(),
      giveUp: (why) => this.#end(why === 'left' ? 'closed' : 'failed', why),
    });
    this.#watch();
  }

  get channel() {
    return this.#attempt?.channel ?? null;
  }

  get live() {
    return this.state !== 'failed' && this.state !== 'closed';
  }

  /** Calls the other side. */
  dial() {
    this.#begin(newCall(), true);
  }

  /**
   * The other side calls us.
   *
   * @param {Signal} offer
   * @param {boolean} accept whether to answer now, or wait for accept()
   */
  ring(offer, accept) {
    if (accept) this.#answer(offer);
    else this.#held = offer;
  }

  accept() {
    const offer = this.#held;
    this.#held = null;
    if (offer && this.live) this.#answer(offer);
  }

  restartIce() {
    if (this.live) this.#attempt?.restart(this.#deps.iceServers());
  }

  /** Tells the other side, and closes. */
  hangUp() {
    const call = this.#attempt?.call ?? this.#held?.call ?? null;
    const told = this.live && this.#deps.send(stamped({ type: 'leave', name: this.name }, call));
    if (told) this.#attempt?.close(LINGER);
    this.shut('local');
  }

  /**
   * Closes without a word to the other side but the closing itself.
   *
   * @param {PeerReason} reason
   */
  shut(reason) {
    if (this.state !== 'closed') this.#end('closed', reason);
  }

  /**
   * A message of the other side.
   *
   * @param {Signal} signal
   * @returns {boolean} false: not for the current attempt
   */
  receive(signal) {
    const { type, call, payload } = signal;
    if (type === 'offer') return this.#receiveOffer(signal);
    if (!this.#attempt?.accepts(call)) return false;
    if (type === 'candidate') this.#attempt.addCandidate(payload);
    else if (isDescription(payload, 'answer')) this.#attempt.acceptAnswer(payload);
    return true;
  }

  /**
   * The other side hung up.
   *
   * @param {string | null} call null: whichever there is
   */
  hungUp(call) {
    const current = this.#held?.call ?? this.#attempt?.call ?? null;
    if (call === null || call === current) this.shut('hangup');
  }

  /** The server knows nobody of this name. */
  unknown() {
    if (this.state === 'connecting') this.#end('failed', 'unknown-user');
  }

  /** The user left the room. An open connection does not mind. */
  left() {
    this.#present = false;
    if (this.state === 'connecting') this.#end('failed', 'left');
    else this.#recovery.left();
  }

  /** The user is in the room, and so are we (again). What we said meanwhile, or just before, may be lost. */
  here() {
    this.#present = true;
    this.#attempt?.repeat();
    this.#recovery.reachable();
  }

  /** We came back to the room, and the user is not there (yet). */
  missing() {
    this.#present = false;
  }

  /** @param {Signal} offer */
  #receiveOffer(offer) {
    const { call, payload } = offer;
    if (!isDescription(payload, 'offer')) return true;
    const attempt = this.#attempt;
    if (attempt?.continuedBy(call, payload)) attempt.acceptOffer(payload);
    else if (this.#held) this.#held = offer;
    else if (!attempt?.unanswered || this.#deps.polite()) this.#answer(offer);
    // Else the offers crossed, and ours goes first.
    return true;
  }

  /** @param {Signal} offer */
  #answer({ call, payload }) {
    const attempt = this.#begin(call, false);
    if (!attempt || !isDescription(payload, 'offer')) return;
    attempt.acceptOffer(payload);
    for (const candidate of this.#deps.early(call)) attempt.addCandidate(candidate);
  }

  /**
   * Starts an attempt in place of the current one.
   *
   * @param {string | null} call
   * @param {boolean} outgoing
   */
  #begin(call, outgoing) {
    if (!this.live) return null;
    this.#attempt?.close();
    this.#attempt = null;
    this.#recovery.stop();
    this.#watch();
    if (this.state !== 'connecting') this.#enter('connecting', { path: null });
    if (!this.live) return null; // a listener closed it
    try {
      this.#attempt = this.#newAttempt(call, outgoing);
    } catch {
      this.#end('failed', 'error');
    }
    return this.#attempt;
  }

  /** @param {string | null} call @param {boolean} outgoing */
  #newAttempt(call, outgoing) {
    const { RTCPeerConnection, spare, label, polite } = this.#deps;
    const { name } = this;
    return new Attempt({
      RTCPeerConnection, label, polite, call, outgoing,
      pc: spare.take(),
      owner: {
        send: (type, payload) => this.#deps.send(stamped({ type, name, [type]: payload }, call)),
        connection: (state) => this.#connectionChanged(state),
        opened: () => this.#opened(),
        message: (data) => this.peer.emit('message', { data }),
        channelClosed: () => this.#channelClosed(),
        stranger: () => this.dial(),
        failed: () => this.state === 'connecting' && this.#end('failed', 'error'),
      },
    });
  }

  /** @param {RTCPeerConnectionState} state */
  #connectionChanged(state) {
    if (this.state === 'connecting') {
      if (state === 'failed') this.#noPathYet();
    } else if (state === 'connected') {
      this.#recovery.stop();
      if (this.state === 'reconnecting') this.#enter('open');
    } else if (state === 'disconnected' || state === 'failed') {
      if (this.state === 'open') {
        this.#deps.doubt();
        this.#enter('reconnecting');
      }
      if (this.state === 'reconnecting') this.#recovery[state]();
    }
  }

  /** ICE found no path while connecting: the caller tries once more, the watchdog ends it. */
  #noPathYet() {
    if (!this.#attempt?.outgoing) return;
    if (this.#attempt.restarted) this.#end('failed', 'ice-failed');
    else this.restartIce();
  }

  #opened() {
    const attempt = /** @type {Attempt} */ (this.#attempt);
    clearTimeout(this.#watchdog);
    this.#enter('open');
    watchPath(attempt.pc, (path) => {
      if (this.state === 'open' && path !== this.path) this.#enter('open', { path });
    }, attempt.signal);
    this.#feelPulse(attempt);
  }

  /**
   * A silent connection is shown as such before ICE is sure of it.
   *
   * @param {Attempt} attempt
   */
  #feelPulse({ pc, signal }) {
    watchPulse(pc, (alive) => {
      if (pc.connectionState !== 'connected') return; // ICE knows better
      if (!alive && this.state === 'open') this.#enter('reconnecting');
      else if (alive && this.state === 'reconnecting') this.#enter('open');
    }, signal);
  }

  #channelClosed() {
    if (this.state === 'reconnecting') this.#end('failed', 'ice-failed');
    else this.shut('closed-by-peer');
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      const noPath = this.#attempt?.pc.connectionState === 'failed';
      this.#end('failed', noPath ? 'ice-failed' : 'timeout');
    }, this.#deps.connectTimeout);
  }

  /** @param {'failed' | 'closed'} state @param {PeerReason} reason */
  #end(state, reason) {
    const wasLive = this.live;
    clearTimeout(this.#watchdog);
    this.#recovery.stop();
    this.#attempt?.close();
    this.#held = null;
    if (wasLive) this.#deps.over();
    this.#enter(state, { path: null, reason });
  }

  /**
   * @param {PeerState} state
   * @param {{ path?: Path | null, reason?: PeerReason | null }} [more]
   */
  #enter(state, { path = this.path, reason = null } = {}) {
    this.state = state;
    this.path = path;
    this.reason = reason;
    this.peer.emit('state', { state, path, reason });
  }
}

/** A call id: opaque, at most 64 bytes. (randomUUID would ask for a secure page.) */
function newCall() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param {Message} message
 * @param {string | null} call left out if there is none
 */
function stamped(message, call) {
  return call === null ? message : { ...message, call };
}
