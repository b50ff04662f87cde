// What is behind a Peer: what becomes of its state and of its attempts to connect (see connectivity.js) as people,
// messages and presence have it.
//
//  event                   | rings here         | connecting           | open                    | reconnecting
//  ------------------------+--------------------+----------------------+-------------------------+---------------------
//  ring(): the first call  |                    | is answered; rings   |                         |
//                          |                    | without autoAccept   |                         |
//  accept()                | answers            | -                    | -                       | -
//  decline()               | closed             | -                    | -                       | -
//  offer, the same person: |                    |                      |                         |
//    goes on with the call |                    | is applied           | is applied              | is applied
//    another call, in time | rings in its place | is answered, unless  | is answered: connecting | is answered
//                          |                    | ours goes first      |                         |
//  offer, somebody else    | failed, replaced; is a call of its own    | goes on, apart          | goes on, apart
//  answer, somebody else   |                    | failed, replaced     | closed, replaced        | closed, replaced
//  hungUp()                | closed             | closed               | closed                  | closed
//  refused(): busy         |                    | is said again        | is said again           | is said again
//    unknown-user          | failed             | failed               | -                       | -
//  left()                  | failed             | failed               | noted                   | gives up sooner
//  here()                  | -                  | says again           | says again              | says again, tries
//  moved()                 | -                  | -                    | looks for another path  | tries
//  hide()                  | -                  | -                    | connecting, by a relay  | -
//
// Answers and candidates are for the attempt that their call names. In `failed` and `closed` nothing happens any more.

import { rootOf } from './call.js';
import { Connectivity } from './connectivity.js';
import { usesOwnRelay } from './path.js';
import { isDescription } from './protocol.js';
import { Ringing } from './ringing.js';

/**
 * @typedef {import('./peer.js').PeerReason} PeerReason
 * @typedef {import('./protocol.js').Signal} Signal
 */

export class Link extends Connectivity {
  #ringing = new Ringing();
  /** A call that is yet to be answered in place of the one that there is: they call too often. */
  #next = new Ringing();
  /** Whether our own network has changed while the server did not hear us. */
  #moved = false;

  /**
   * @param {string} name of the other user
   * @param {boolean} incoming whether the other side called us
   * @param {import('./connectivity.js').LinkDeps} deps
   * @param {import('./identity.js').Identity} identity
   */
  constructor(name, incoming, deps, identity) {
    super(name, deps, identity);
    this.incoming = incoming;
  }

  get identity() {
    return this.partner.identity;
  }

  /** @override */
  get call() {
    return this.#ringing.call ?? super.call;
  }

  /**
   * The other side calls us. That is answered now, or waits for accept().
   *
   * @param {Signal} offer
   */
  ring(offer) {
    if (this.deps.autoAccept) this.#answer(offer);
    else if (this.live) {
      this.#ringing.begin(offer, this.deps.early(offer.call));
      this.watchdog.set(this.deps.ringTimeout);
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

  /**
   * Closes without a word to the other side but the closing itself.
   *
   * @param {PeerReason} reason
   */
  shut(reason) {
    if (this.state !== 'closed') this.end('closed', reason);
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
    if (type === 'candidate' && (this.#ringing.hear(signal) || this.#next.hear(signal))) return true;
    if (!this.attempt?.accepts(call)) return false;
    if (type === 'candidate') this.attempt.addCandidate(payload);
    else if (isDescription(payload, 'answer')) this.#receiveAnswer(this.attempt, payload);
    return true;
  }

  /**
   * The other side hung up. That may have crossed a renewal, theirs or ours.
   *
   * @param {string | null} call null: whichever there is
   */
  hungUp(call) {
    if (call === null && this.partner.mayBeOther) return;
    if (call !== null && call === this.#next.call) this.#dropNext();
    if (call === null || rootOf(call) === rootOf(this.call)) this.shut('hangup');
  }

  /** @param {string} code an ErrorCode, or a newer server's: why the server did not pass on what we said */
  refused(code) {
    if (code === 'recipient_busy') this.attempt?.refused();
    else if (code === 'unknown_user' && this.state === 'connecting') this.end('failed', 'unknown-user');
  }

  /** The user left the room. An open connection does not mind. */
  left() {
    this.partner.present = false;
    this.#dropNext();
    if (this.state === 'connecting') this.end('failed', 'left');
    else this.recovery.left();
  }

  /** The user is in the room, and so are we (again). What we said meanwhile, or just before, may be lost. */
  here() {
    this.partner.present = true;
    this.attempt?.repeat();
    this.recovery.reachable();
    if (this.#moved) this.moved();
  }

  /** We came back to the room, and the user is not there (yet). */
  missing() {
    this.partner.present = false;
  }

  /** There are other ICE servers now, or another will to be seen. */
  renewed() {
    if (!this.live) return;
    this.attempt?.configure(this.deps.supply());
    this.lease.check();
  }

  /** Our address is not to be seen any more. A new path alone would leave the old one in use. */
  hide() {
    if (this.state === 'open' && this.partner.reachable && !usesOwnRelay(this.route)) this.dial();
  }

  /** The machine has changed networks: very likely there is a better path, or none but another. */
  moved() {
    this.#moved = this.state === 'open' && !this.partner.reachable;
    if (this.state === 'open' && !this.#moved) this.restartIce();
    else if (this.state === 'reconnecting' && this.partner.present) this.recovery.reachable();
  }

  /** @param {Signal} offer */
  #receiveOffer(offer) {
    const { call, payload } = offer;
    if (!isDescription(payload, 'offer')) return true;
    if (this.partner.isOther(payload)) {
      this.#setApart();
      return false;
    }
    const attempt = this.attempt;
    if (attempt?.continuedBy(call, payload)) {
      if (attempt.restartedBy(payload)) this.lease.begin(); // they look for a new path, so we do too
      this.partner.recognize(payload);
      attempt.acceptOffer(payload);
    } else if (this.#ringing.on) this.#ringing.begin(offer, this.deps.early(call));
    else if ((!attempt?.unanswered || this.deps.polite()) && this.deps.admits(offer)) this.#answerInTime(offer);
    // Else the offers crossed, and ours goes first.
    return true;
  }

  /**
   * Nothing that was meant for one person goes to another: who answers in somebody's place is hung up on.
   *
   * @param {import('./attempt.js').Attempt} attempt
   * @param {import('./negotiation.js').Description} answer
   */
  #receiveAnswer(attempt, answer) {
    if (this.partner.isOther(answer)) {
      this.hangUp(0, 'replaced', this.state === 'connecting' ? 'failed' : 'closed');
      return;
    }
    this.partner.recognize(answer);
    const rang = attempt.unanswered && !this.deps.autoAccept;
    if (rang && this.state === 'connecting') this.watchdog.set(this.deps.connectTimeout);
    attempt.acceptAnswer(answer);
  }

  /**
   * The name is somebody else's now. A connection that stands does not need it, and may go on for as long as it can.
   */
  #setApart() {
    if (this.state === 'connecting') return this.end('failed', 'replaced');
    this.partner.apart = true;
    this.deps.apart();
    this.left();
  }

  /** @param {Signal} offer of a call in place of the one that there is, or of one that has not been answered yet */
  #answerInTime(offer) {
    const { call } = offer;
    if (this.#next.on && rootOf(call) !== rootOf(this.#next.call ?? null)) this.#exceed();
    this.#next.begin(offer, this.deps.early(call));
    this.answers.do(() => {
      const taken = this.#next.end();
      if (taken) this.#answer(taken.offer, taken.candidates);
    });
  }

  /** What waits to be answered never will be. */
  #exceed() {
    const past = this.#next.end();
    if (past) this.deps.exceeds(past.offer);
  }

  #dropNext() {
    this.answers.cancel();
    this.#next.end();
  }

  /** @param {Signal} offer @param {unknown[]} [candidates] that came with it */
  #answer({ call, payload }, candidates = []) {
    const attempt = this.begin(call, false);
    if (!attempt || !isDescription(payload, 'offer')) return;
    this.partner.recognize(payload);
    attempt.acceptOffer(payload);
    for (const candidate of [...candidates, ...this.deps.early(call)]) attempt.addCandidate(candidate);
  }

  /** @override @param {'failed' | 'closed'} state @param {PeerReason} reason */
  end(state, reason) {
    this.#ringing.end();
    this.#next.end();
    super.end(state, reason);
  }
}
