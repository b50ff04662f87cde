// What is behind a Peer: its state, its current attempt to connect, and what
// becomes of both as messages, presence and time come in.

import { Attempt } from './attempt.js';
import { renewalOf, rootOf, stamped } from './call.js';
import { Channels } from './channels.js';
import { Deadline } from './deadline.js';
import { lacksRelay } from './ice-servers.js';
import { Partner } from './partner.js';
import { usesOwnRelay } from './path.js';
import { isDescription } from './protocol.js';
import { Recovery } from './recovery.js';
import { RelayLease } from './relay-lease.js';
import { Ringing } from './ringing.js';
import { Standing } from './standing.js';
import { watchTouch } from './touch.js';

/** The last messages, and word of what comes instead, get so long to arrive before a connection is closed, in ms. */
const LINGER = 500;

/**
 * @typedef {import('./peer.js').PeerReason} PeerReason
 * @typedef {import('./protocol.js').Signal} Signal
 */

export class Link extends Standing {
  #deps;
  #recovery;
  #lease;
  #partner;
  /** @type {Attempt | null} */
  #attempt = null;
  #ringing = new Ringing();
  /** Whether our own network has changed while the server did not hear us. */
  #moved = false;
  /** Until a connection must be there. */
  #watchdog = new Deadline(() => this.#timeIsUp());

  /**
   * @param {string} name of the other user
   * @param {boolean} incoming whether the other side called us
   * @param {import('./peers.js').LinkDeps} deps
   * @param {import('./identity.js').Identity} identity
   */
  constructor(name, incoming, deps, identity) {
    super();
    this.name = name;
    this.incoming = incoming;
    this.#deps = deps;
    this.#partner = new Partner(deps, identity);
    /** What goes to and fro besides messages and media. */
    this.channels = new Channels(this.peer, { workspace: deps.workspace, overload: () => this.hangUp(0, 'overload') });
    this.#recovery = new Recovery({
      leads: () => !deps.polite(),
      online: deps.online,
      reachable: () => this.#partner.reachable,
      restart: () => this.restartIce(),
      renew: () => this.#renew(),
      giveUp: (why) => this.#giveUp(why),
    });
    this.#lease = new RelayLease({ supply: deps.supply, replace: () => this.state === 'open' && this.restartIce() });
    this.#watchdog.set(this.#deps.connectTimeout);
  }

  get identity() {
    return this.#partner.identity;
  }

  get attempt() {
    return this.#attempt;
  }

  /** Calls the other side, whoever that is now; again, if there was a call. */
  dial() {
    this.#begin(renewalOf(this.#attempt?.call ?? null), true);
  }

  /**
   * The other side calls us. That is answered now, or waits for accept().
   *
   * @param {Signal} offer
   */
  ring(offer) {
    if (this.#deps.autoAccept) this.#answer(offer);
    else if (this.live) {
      this.#ringing.begin(offer, this.#deps.early(offer.call));
      this.#watchdog.set(this.#deps.ringTimeout);
    }
  }

  accept() {
    const taken = this.#ringing.end();
    if (taken && this.live) this.#answer(taken.offer, taken.candidates);
  }

  /** Says no, if it still rings. */
  decline() {
    if (this.#ringing.on) this.hangUp();
  }

  restartIce() {
    if (!this.live || !this.#attempt || this.#partner.apart) return;
    this.#attempt.restart(this.#deps.supply());
    this.#lease.begin();
  }

  /**
   * Tells the other side, and closes.
   *
   * @param {number} [flush] ms that what was sent last may take to arrive first
   * @param {PeerReason} [reason]
   * @param {'failed' | 'closed'} [state]
   */
  hangUp(flush = 0, reason = 'local', state = 'closed') {
    const attempt = this.#attempt;
    const call = attempt?.call ?? this.#ringing.call ?? null;
    const tell = !this.live || this.#partner.apart ? () => false : this.#deps.hungUp(call);
    // The `leave` must not overtake the last message. Without a call, it might be taken for the next one's by then.
    if (this.state === 'open' && flush > 0 && (call !== null || attempt?.unsent)) {
      attempt?.drain(flush, LINGER, () => call !== null && tell());
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
    if (type === 'candidate' && this.#ringing.hear(signal)) return true;
    if (!this.#attempt?.accepts(call)) return false;
    if (type === 'candidate') this.#attempt.addCandidate(payload);
    else if (isDescription(payload, 'answer')) this.#receiveAnswer(this.#attempt, payload);
    return true;
  }

  /**
   * The other side hung up. That may have crossed a renewal, theirs or ours.
   *
   * @param {string | null} call null: whichever there is
   */
  hungUp(call) {
    if (call === null && this.#partner.mayBeOther) return;
    if (call === null || rootOf(call) === rootOf(this.#ringing.call ?? this.#attempt?.call ?? null)) this.shut('hangup');
  }

  /** @param {string} code an ErrorCode, or a newer server's: why the server did not pass on what we said */
  refused(code) {
    if (code === 'recipient_busy') this.#attempt?.refused();
    else if (code === 'unknown_user' && this.state === 'connecting') this.#end('failed', 'unknown-user');
  }

  /** The user left the room. An open connection does not mind. */
  left() {
    this.#partner.present = false;
    if (this.state === 'connecting') this.#end('failed', 'left');
    else this.#recovery.left();
  }

  /** The user is in the room, and so are we (again). What we said meanwhile, or just before, may be lost. */
  here() {
    this.#partner.present = true;
    this.#attempt?.repeat();
    this.#recovery.reachable();
    if (this.#moved) this.moved();
  }

  /** We came back to the room, and the user is not there (yet). */
  missing() {
    this.#partner.present = false;
  }

  /** There are other ICE servers now, or another will to be seen. */
  renewed() {
    if (!this.live) return;
    this.#attempt?.configure(this.#deps.supply());
    this.#lease.check();
  }

  /** Our address is not to be seen any more. A new path alone would leave the old one in use. */
  hide() {
    if (this.state === 'open' && this.#partner.reachable && !usesOwnRelay(this.route)) this.dial();
  }

  /** The machine has changed networks: very likely there is a better path, or none but another. */
  moved() {
    this.#moved = this.state === 'open' && !this.#partner.reachable;
    if (this.state === 'open' && !this.#moved) this.restartIce();
    else if (this.state === 'reconnecting' && this.#partner.present) this.#recovery.reachable();
  }

  /** @param {Signal} offer */
  #receiveOffer(offer) {
    const { call, payload } = offer;
    if (!isDescription(payload, 'offer')) return true;
    if (this.#partner.isOther(payload)) {
      this.#setApart();
      return false;
    }
    const attempt = this.#attempt;
    if (attempt?.continuedBy(call, payload)) {
      if (attempt.restartedBy(payload)) this.#lease.begin(); // they look for a new path, so we do too
      this.#partner.recognize(payload);
      attempt.acceptOffer(payload);
    } else if (this.#ringing.on) this.#ringing.begin(offer, this.#deps.early(call));
    else if ((!attempt?.unanswered || this.#deps.polite()) && this.#deps.admits(offer)) this.#answer(offer);
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
    if (this.#partner.isOther(answer)) {
      this.hangUp(0, 'replaced', this.state === 'connecting' ? 'failed' : 'closed');
      return;
    }
    this.#partner.recognize(answer);
    const rang = attempt.unanswered && !this.#deps.autoAccept;
    if (rang && this.state === 'connecting') this.#watchdog.set(this.#deps.connectTimeout);
    attempt.acceptAnswer(answer);
  }

  /**
   * The name is somebody else's now. A connection that stands does not need it, and may go on for as long as it can.
   */
  #setApart() {
    if (this.state === 'connecting') return this.#end('failed', 'replaced');
    this.#partner.apart = true;
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
    this.#partner.recognize(payload);
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
    if (lost) this.#recovery.renewing();
    else {
      this.#recovery.stop();
      const { autoAccept, ringTimeout, connectTimeout } = this.#deps;
      this.#watchdog.set(outgoing && !autoAccept ? ringTimeout : connectTimeout);
      if (this.state !== 'connecting') this.enter('connecting', { route: null });
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
    const { RTCPeerConnection, spare, supply, label, protocol, maxMessageSize, workspace, polite } = this.#deps;
    const { name } = this;
    return new Attempt({
      RTCPeerConnection, label, protocol, maxMessageSize, workspace, polite, call, outgoing,
      media: this.media, channels: this.channels,
      pc: spare.take(),
      supply: supply(),
      owner: {
        send: (type, payload) => this.#partner.apart || this.#deps.send(stamped({ type, name, [type]: payload }, call)),
        connection: (state) => this.#connectionChanged(state),
        opened: () => this.#opened(),
        emit: (type, detail) => this.peer.emit(type, detail),
        faulty: (fault) => this.hangUp(0, fault),
        channelClosed: () => this.#channelClosed(),
        renew: () => this.dial(),
        failed: (error) => this.state === 'connecting' ? this.#refuse(call, outgoing, 'error') : this.media.failed(error),
        barren: () => this.state === 'connecting' && this.#end('failed', this.#verdict),
      },
    });
  }

  /** @param {RTCPeerConnectionState} state */
  #connectionChanged(state) {
    if (this.state === 'connecting') {
      if (state === 'failed') this.#attempt?.lookAgain(() => this.restartIce());
    } else if (state === 'connected') {
      if (!this.#attempt?.usable) return; // of a new attempt; or past use
      this.#recovery.stop();
      this.touch(true);
    } else if (state === 'disconnected' || state === 'failed') {
      if (this.state === 'open') {
        this.enter('reconnecting');
        this.#deps.doubt();
      }
      if (this.state === 'reconnecting') this.#recovery[state]();
    }
  }

  /** Why there is no connection. */
  get #verdict() {
    return this.#attempt?.verdict ?? 'timeout';
  }

  /** @param {'left' | 'ice-failed'} why */
  #giveUp(why) {
    if (this.#partner.apart) this.#end('closed', 'replaced');
    else if (why === 'left') this.#end('closed', why);
    else this.#end('failed', this.#verdict.startsWith('relay-') ? this.#verdict : why);
  }

  #opened() {
    const attempt = /** @type {Attempt} */ (this.#attempt);
    this.#watchdog.clear();
    this.#recovery.stop();
    this.epoch++;
    this.enter('open');
    if (this.epoch === 1 && this.state === 'open') this.peer.emit('open', {});
    if (this.state !== 'open') return; // a listener closed it
    watchTouch(attempt, {
      route: (route) => {
        this.#lease.use(route);
        if (this.state === 'open' && route !== this.route) this.enter('open', { route });
      },
      pulse: (alive) => (alive && !this.#attempt?.usable) || this.touch(alive),
    });
  }

  /** No goodbye if there was no channel yet (Firefox gives up like this), nor out of touch: that may have lasted too long. */
  #channelClosed() {
    if (this.state === 'connecting') this.#end('failed', this.#verdict);
    else if (this.state === 'reconnecting') this.#recovery.broken();
    else this.shut('closed-by-peer');
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
    this.#ringing.end();
    if (wasLive) this.#deps.over();
    this.enter(state, { route: null, reason });
    if (wasLive) this.channels.end();
  }
}
