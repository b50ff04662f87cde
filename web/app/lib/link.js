// What is behind a Peer: its state, its current attempt to connect, and what
// becomes of both as messages, presence and time come in.

import { Attempt } from './attempt.js';
import { newCall, stamped } from './call.js';
import { Deadline } from './deadline.js';
import { CandidateList } from './early-candidates.js';
import { NOBODY, sameIdentity } from './identity.js';
import { lacksRelay } from './ice-servers.js';
import { pathOf, usesOwnRelay, watchRoute } from './path.js';
import { Peer } from './peer.js';
import { isDescription } from './protocol.js';
import { watchPulse } from './pulse.js';
import { Recovery } from './recovery.js';
import { RelayLease } from './relay-lease.js';
import { fingerprintOf } from './sdp.js';

/** The last messages, and word of what comes instead, get so long to arrive before a connection is closed, in ms. */
const LINGER = 500;
/** Chromium says `failed` when the candidates it has were tried; others may take so long to come, in ms. */
const SECOND_LOOK = 5_000;

/**
 * @typedef {import('./peer.js').PeerState} PeerState
 * @typedef {import('./peer.js').PeerReason} PeerReason
 * @typedef {import('./path.js').Route} Route
 * @typedef {import('./protocol.js').Signal} Signal
 */

/**
 * What a Link needs from its Peers.
 *
 * @typedef {object} LinkDeps
 * @property {typeof RTCPeerConnection} RTCPeerConnection
 * @property {import('./spare.js').Spare} spare
 * @property {string} label of the channel
 * @property {string} protocol of the channel
 * @property {number} connectTimeout ms
 * @property {boolean} autoAccept whether calls are answered by themselves; else they ring, here as at the other end
 * @property {number} ringTimeout how long, in ms
 * @property {() => import('./ice-supply.js').IceSupply} supply of the moment
 * @property {() => boolean} online whether the server hears us
 * @property {(message: import('./call.js').Message) => boolean} send false: not sent
 * @property {() => void} doubt touch is lost: perhaps with the server too
 * @property {() => boolean} polite whether we give way to this user
 * @property {() => string} id the server's of who has this name now; '' if nobody is listed
 * @property {(call: string | null) => unknown[]} early candidates that were there before their offer
 * @property {() => void} apart called once, when the name is found to be somebody else's and the connection goes on
 * @property {() => void} over called once, when the Peer failed or was closed
 */

export class Link {
  /** @type {PeerState} */
  state = 'connecting';
  /** @type {Route | null} */
  route = null;
  epoch = 0;
  /** @type {PeerReason | null} */
  reason = null;
  /** @type {import('./identity.js').Identity} whom we are connected with, or want to be */
  identity = NOBODY;
  /** The public face. */
  peer = new Peer(this);

  #deps;
  #recovery;
  #lease;
  /** @type {Attempt | null} */
  #attempt = null;
  /** @type {Signal | null} an offer that waits for accept() */
  #held = null;
  /** Its candidates. */
  #heldCandidates = new CandidateList();
  /** Whether the user is in the room, as far as we know. */
  #present = true;
  /** Whether somebody else has the name: signaling does not reach this user any more. */
  #apart = false;
  /** Whether our own network has changed while the server did not hear us. */
  #moved = false;
  /** Until a connection must be there. */
  #watchdog = new Deadline(() => this.#timeIsUp());
  #reachable = () => this.#deps.online() && this.#present && !this.#apart;

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
      online: deps.online,
      reachable: this.#reachable,
      restart: () => this.restartIce(),
      renew: () => this.#renew(),
      giveUp: (why) => this.#giveUp(why),
    });
    this.#lease = new RelayLease({ supply: deps.supply, replace: () => this.state === 'open' && this.restartIce() });
    this.#watch();
  }

  get channel() {
    return this.#attempt?.channel ?? null;
  }

  get live() {
    return this.state !== 'failed' && this.state !== 'closed';
  }

  /** Calls the other side, whoever that is now. */
  dial() {
    this.#begin(newCall(), true);
  }

  /**
   * The other side calls us. That is answered now, or waits for accept().
   *
   * @param {Signal} offer
   */
  ring(offer) {
    if (this.#deps.autoAccept) {
      this.#answer(offer);
    } else if (this.live) {
      this.#hold(offer);
      this.#watch(this.#deps.ringTimeout);
    }
  }

  accept() {
    const offer = this.#held;
    this.#held = null;
    if (offer && this.live) this.#answer(offer, this.#heldCandidates.take());
  }

  restartIce() {
    if (!this.live || !this.#attempt || this.#apart) return;
    this.#attempt.restart(this.#deps.supply());
    this.#lease.begin();
  }

  /**
   * Tells the other side, and closes.
   *
   * @param {number} flush ms that what was sent last may take to arrive first
   */
  hangUp(flush) {
    this.#hangUp('closed', 'local', flush);
  }

  /** @param {'failed' | 'closed'} state @param {PeerReason} reason @param {number} [flush] */
  #hangUp(state, reason, flush = 0) {
    const attempt = this.#attempt;
    const call = attempt?.call ?? this.#held?.call ?? null;
    const tell = () => !this.#apart && this.#deps.send(stamped({ type: 'leave', name: this.name }, call));
    if (this.state === 'open' && flush > 0 && attempt?.unsent) {
      // Without a call, it might be the next one by then.
      attempt.drain(flush, LINGER, () => call !== null && tell());
    } else if (this.live && tell()) attempt?.close(LINGER);
    if (this.state !== 'closed') this.#end(state, reason);
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
   * A message of whoever has the name.
   *
   * @param {Signal} signal
   * @returns {boolean} false: not for the current attempt; an offer: of somebody else, who has the name now
   */
  receive(signal) {
    const { type, call, payload } = signal;
    if (type === 'offer') return this.#receiveOffer(signal);
    if (this.#held && type === 'candidate' && (call === null || call === this.#held.call)) {
      this.#heldCandidates.add(payload);
      return true;
    }
    if (!this.#attempt?.accepts(call)) return false;
    if (type === 'candidate') this.#attempt.addCandidate(payload);
    else if (isDescription(payload, 'answer')) this.#receiveAnswer(this.#attempt, payload);
    return true;
  }

  /**
   * Keeps an offer and its candidates, where those of others cannot drive them out.
   *
   * @param {Signal} offer
   */
  #hold(offer) {
    if (offer.call !== this.#held?.call) this.#heldCandidates.take();
    this.#held = offer;
    for (const candidate of this.#deps.early(offer.call)) this.#heldCandidates.add(candidate);
  }

  /**
   * The other side hung up.
   *
   * @param {string | null} call null: whichever there is
   */
  hungUp(call) {
    const { id } = this.identity;
    if (call === null && id !== '' && id !== this.#deps.id()) return; // who has the name now never had this call
    if (call === null || call === (this.#held?.call ?? this.#attempt?.call ?? null)) this.shut('hangup');
  }

  /** @param {string} code an ErrorCode, or a newer server's: why the server did not pass on what we said */
  refused(code) {
    if (code === 'recipient_busy') this.#attempt?.refused();
    else if (code === 'unknown_user' && this.state === 'connecting') this.#end('failed', 'unknown-user');
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
    if (this.#moved) this.moved();
  }

  /** We came back to the room, and the user is not there (yet). */
  missing() {
    this.#present = false;
  }

  /** There are other ICE servers now, or another will to be seen. */
  renewed() {
    if (!this.live) return;
    this.#attempt?.configure(this.#deps.supply());
    this.#lease.check();
  }

  /** Our address is not to be seen any more. A new path alone would leave the old one in use. */
  hide() {
    if (this.state === 'open' && this.#reachable() && !usesOwnRelay(this.route)) this.dial();
  }

  /** The machine has changed networks: very likely there is a better path, or none but another. */
  moved() {
    this.#moved = this.state === 'open' && !this.#reachable();
    if (this.state === 'open' && !this.#moved) this.restartIce();
    else if (this.state === 'reconnecting' && this.#present) this.#recovery.reachable();
  }

  /** @param {Signal} offer */
  #receiveOffer(offer) {
    const { call, payload } = offer;
    if (!isDescription(payload, 'offer')) return true;
    if (this.#isOther(payload)) {
      this.#setApart();
      return false;
    }
    const attempt = this.#attempt;
    if (attempt?.continuedBy(call, payload)) {
      this.#lease.begin(); // they look for a new path, so we do too
      this.#recognize(payload);
      attempt.acceptOffer(payload);
    } else if (this.#held) this.#hold(offer);
    else if (!attempt?.unanswered || this.#deps.polite()) this.#answer(offer);
    // Else the offers crossed, and ours goes first.
    return true;
  }

  /**
   * Nothing that was meant for one person goes to another: who answers in somebody's place is hung up on.
   *
   * @param {Attempt} attempt
   * @param {import('./negotiation.js').Description} answer
   */
  #receiveAnswer(attempt, answer) {
    if (this.#isOther(answer)) {
      this.#hangUp(this.state === 'connecting' ? 'failed' : 'closed', 'replaced');
      return;
    }
    this.#recognize(answer);
    const rang = attempt.unanswered && !this.#deps.autoAccept;
    if (rang && this.state === 'connecting') this.#watch();
    attempt.acceptAnswer(answer);
  }

  /** @param {import('./negotiation.js').Description} description */
  #isOther(description) {
    return !sameIdentity(this.identity, this.#identityIn(description));
  }

  /** @param {import('./negotiation.js').Description} description */
  #recognize(description) {
    this.identity = this.#identityIn(description);
  }

  /** @param {import('./negotiation.js').Description} description */
  #identityIn({ sdp }) {
    return { id: this.#deps.id(), fingerprint: fingerprintOf(sdp) };
  }

  /**
   * The name is somebody else's now. A connection that stands does not need it, and may go on for as long as it can.
   */
  #setApart() {
    if (this.state === 'connecting') {
      this.#end('failed', 'replaced');
      return;
    }
    this.#apart = true;
    this.#deps.apart();
    this.left();
  }

  /** Connects anew, unless the other side has not heard yet that we do. */
  #renew() {
    if (this.#attempt?.unanswered) this.#attempt.repeat();
    else this.dial();
  }

  /** @param {Signal} offer @param {unknown[]} [candidates] that came with it */
  #answer({ call, payload }, candidates = []) {
    const attempt = this.#begin(call, false);
    if (!attempt || !isDescription(payload, 'offer')) return;
    this.#recognize(payload);
    attempt.acceptOffer(payload);
    for (const candidate of [...candidates, ...this.#deps.early(call)]) attempt.addCandidate(candidate);
  }

  /**
   * Starts an attempt in place of the current one.
   *
   * @param {string | null} call
   * @param {boolean} outgoing
   */
  #begin(call, outgoing) {
    if (!this.live) return null;
    const lost = this.state === 'reconnecting';
    this.#attempt?.close(lost || outgoing ? LINGER : 0); // the other side is to hear of the new one first
    this.#attempt = null;
    if (lost) {
      this.#recovery.renewing();
    } else {
      this.#recovery.stop();
      const { autoAccept, ringTimeout } = this.#deps;
      if (outgoing && !autoAccept) this.#watch(ringTimeout);
      else this.#watch();
      if (this.state !== 'connecting') this.#enter('connecting', { route: null });
    }
    if (!this.live) return null; // a listener closed it
    if (lacksRelay(this.#deps.supply())) return this.#refuse(call, outgoing, 'relay-only');
    try {
      this.#attempt = this.#newAttempt(call, outgoing);
      this.#lease.begin();
      return this.#attempt;
    } catch {
      return this.#refuse(call, outgoing, 'error'); // no WebRTC
    }
  }

  /**
   * We cannot connect, to anybody. Who calls us is told at once; who is called has heard nothing yet.
   *
   * @param {string | null} call
   * @param {boolean} outgoing
   * @param {PeerReason} reason
   */
  #refuse(call, outgoing, reason) {
    if (!outgoing) this.#deps.send(stamped({ type: 'leave', name: this.name }, call));
    this.#end('failed', reason);
    return null;
  }

  /** @param {string | null} call @param {boolean} outgoing */
  #newAttempt(call, outgoing) {
    const { RTCPeerConnection, spare, supply, label, protocol, polite } = this.#deps;
    const { name } = this;
    return new Attempt({
      RTCPeerConnection, label, protocol, polite, call, outgoing,
      pc: spare.take(),
      supply: supply(),
      owner: {
        send: (type, payload) => this.#apart || this.#deps.send(stamped({ type, name, [type]: payload }, call)),
        connection: (state) => this.#connectionChanged(state),
        opened: () => this.#opened(),
        message: (data) => this.peer.emit('message', { data }),
        channelClosed: () => this.#channelClosed(),
        reloaded: () => this.dial(),
        failed: () => this.state === 'connecting' && this.#refuse(call, outgoing, 'error'),
        barren: () => this.state === 'connecting' && this.#end('failed', this.#verdict),
      },
    });
  }

  /** @param {RTCPeerConnectionState} state */
  #connectionChanged(state) {
    if (this.state === 'connecting') {
      if (state === 'failed') this.#noPathYet();
    } else if (state === 'connected') {
      if (this.channel?.readyState !== 'open') return; // of a new attempt; or past use
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

  /** The candidates so far did not do. Others may come; else the caller looks once more, and the watchdog ends it. */
  #noPathYet() {
    const attempt = this.#attempt;
    if (attempt?.outgoing) setTimeout(() => {
      const still = this.state === 'connecting' && this.#attempt === attempt && attempt.pc.connectionState === 'failed';
      if (still && !attempt.restarted) this.restartIce();
    }, SECOND_LOOK);
  }

  /** Why there is no connection. */
  get #verdict() {
    return this.#attempt?.verdict ?? 'timeout';
  }

  /** @param {'left' | 'ice-failed'} why */
  #giveUp(why) {
    if (this.#apart) this.#end('closed', 'replaced');
    else if (why === 'left') this.#end('closed', why);
    else this.#end('failed', this.#verdict.startsWith('relay-') ? this.#verdict : why);
  }

  #opened() {
    const attempt = /** @type {Attempt} */ (this.#attempt);
    this.#watchdog.clear();
    this.#recovery.stop();
    this.epoch++;
    this.#enter('open');
    if (this.epoch === 1 && this.state === 'open') this.peer.emit('open', {});
    if (this.state !== 'open') return; // a listener closed it
    watchRoute(attempt.pc, (route) => {
      if (this.state === 'open' && route !== this.route) this.#enter('open', { route });
      this.#lease.use(usesOwnRelay(route));
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
      else if (alive && this.state === 'reconnecting' && this.channel?.readyState === 'open') this.#enter('open');
    }, signal);
  }

  /** No goodbye if there was no channel yet (Firefox gives up like this), nor out of touch: that may have lasted too long. */
  #channelClosed() {
    if (this.state === 'connecting') this.#end('failed', this.#verdict);
    else if (this.state === 'reconnecting') this.#recovery.broken();
    else this.shut('closed-by-peer');
  }

  /** @param {number} [ms] until we give up */
  #watch(ms = this.#deps.connectTimeout) {
    this.#watchdog.set(ms);
  }

  #timeIsUp() {
    const attempt = this.#attempt;
    // It may be ringing there: not for us any more.
    if (attempt?.unanswered) this.#deps.send(stamped({ type: 'leave', name: this.name }, attempt.call));
    this.#end('failed', this.#verdict);
  }

  /** @param {'failed' | 'closed'} state @param {PeerReason} reason */
  #end(state, reason) {
    const wasLive = this.live;
    this.#watchdog.clear();
    this.#lease.end();
    this.#recovery.stop();
    this.#attempt?.close();
    this.#held = null;
    if (wasLive) this.#deps.over();
    this.#enter(state, { route: null, reason });
  }

  /**
   * @param {PeerState} state
   * @param {{ route?: Route | null, reason?: PeerReason | null }} [more]
   */
  #enter(state, { route = this.route, reason = null } = {}) {
    this.state = state;
    this.route = route;
    this.reason = reason;
    this.peer.emit('state', { state, path: pathOf(route), route, reason });
  }
}
