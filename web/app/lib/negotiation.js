// Offers, answers and candidates of one RTCPeerConnection, after the "perfect
// negotiation" pattern of webrtc-pc. All operations run one at a time, in the
// order they were asked for: no offer is made while a description is being
// applied, so the signaling state alone tells whether offers have crossed.

import { Deadline } from './deadline.js';
import { CandidateList } from './early-candidates.js';
import { listen } from './listen.js';
import { MOST_SECTIONS } from './receivers.js';
import { isRelay, placed, roleOf, sectionCount, withMessageSize, withoutRelated, withRelaysOnly, withRole } from './sdp.js';

/** Candidates kept until the description that they belong to has arrived. */
const MAX_EARLY = 128;
/** Offers in a row that may come to nothing before we make no more. */
const MAX_FAILURES = 3;
/** No longer description is sent, as JSON: a server passes on 64 KiB, and hangs up on who sends more. Labels and candidates are yet to come. */
const LONGEST = 55_000;
/** When an offer in the middle of a conversation has no answer after so long, that is told, in ms. */
const ANSWER_TIME = 15_000;

/** @typedef {{ type: 'offer' | 'answer', sdp: string }} Description */

/**
 * @typedef {object} NegotiationDeps
 * @property {() => boolean} polite whether we give way when offers cross
 * @property {() => boolean} hidden whether our own address is not for the other side
 * @property {number} messageSize that we announce, see withMessageSize() in sdp.js
 * @property {(type: import('./protocol.js').SignalType, payload: unknown) => void} send
 * @property {import('./senders.js').Senders} senders
 * @property {import('./receivers.js').Receivers} receivers
 * @property {(taken: boolean) => void} candidate the browser has taken one of the other side's, or refused it
 * @property {(error: unknown) => void} failed a description could not be made or applied
 * @property {() => number} yields how long the polite side lets the other go first with new media sections, in ms
 * @property {() => void} crossed both have offered such, and nothing more can be agreed upon here
 * @property {() => void} unanswered what goes on with the connection is not answered, so far
 * @property {AbortSignal} signal aborted when the connection is given up
 */

export class Negotiation {
  #pc;
  #deps;
  /** @type {Promise<void>} */
  #queue = Promise.resolve();
  /** Arrived before the remote description. */
  #early = new CandidateList(MAX_EARLY);
  /** @type {unknown[]} own candidates since our last description */
  #found = [];
  /** Our DTLS role once it is settled: 'active' or 'passive'. */
  #role = '';
  #failures = 0;
  #patience = new Deadline(() => this.#deps.signal.aborted || this.#deps.unanswered());
  #yielding = new Deadline(() => this.offer());
  /** Whether our last description has new media sections. */
  #extends = false;
  /** @type {(sdp: string) => string} completes our last description before it is sent */
  #label = (sdp) => sdp;

  /**
   * The other side's last description; null before the first.
   *
   * @type {string | null}
   */
  heard = null;

  /**
   * @param {RTCPeerConnection} pc
   * @param {NegotiationDeps} deps
   */
  constructor(pc, deps) {
    this.#pc = pc;
    this.#deps = deps;
    const { signal } = deps;
    listen(pc, 'negotiationneeded', () => this.#needed(), signal);
    listen(pc, 'icecandidate', ({ candidate }) => this.#gathered(candidate), signal);
    signal.addEventListener('abort', () => {
      this.#patience.clear();
      this.#yielding.clear();
    });
  }

  /** @param {Description} offer */
  acceptOffer(offer) {
    this.heard = offer.sdp;
    this.#enqueue(async () => {
      const crossed = this.#pc.signalingState !== 'stable';
      if (crossed && !this.#deps.polite()) return; // ours goes first
      if (crossed && this.#extends) return this.#deps.crossed();
      await this.#deps.receivers.apply(offer); // rolls our own offer back if there is one
      this.#patience.clear();
      await this.#addEarly();
      await this.#describe('answer');
      this.#deps.senders.settled();
    });
  }

  /** @param {Description} answer */
  acceptAnswer(answer) {
    this.heard = answer.sdp;
    this.#enqueue(async () => {
      if (this.#pc.signalingState !== 'have-local-offer') return; // to an offer we took back
      this.#patience.clear();
      await this.#applyAnswer(answer);
      this.#role ||= roleOf(answer.sdp) === 'active' ? 'passive' : 'active';
      await this.#addEarly();
      this.#deps.senders.settled();
    });
  }

  /** @param {RTCIceCandidateInit | null} candidate null: there are no more */
  addCandidate(candidate) {
    this.#enqueue(async () => {
      if (this.#pc.remoteDescription) await this.#add(candidate);
      else this.#early.add(candidate);
    });
  }

  /**
   * Says again what the other side may have missed: an offer still unanswered;
   * until the connection stands, or if that is known to be lost, also our answer
   * and candidates. To hear it twice does no harm.
   *
   * @param {boolean} [lost] whether the server said that it did not pass it on
   */
  repeat(lost = false) {
    this.#enqueue(async () => {
      const { signalingState, connectionState, localDescription } = this.#pc;
      const unanswered = signalingState === 'have-local-offer';
      if (connectionState === 'connected' && !unanswered && !lost) return;
      if (unanswered || localDescription?.type === 'answer') this.#sendDescription(localDescription);
      for (const candidate of this.#found) this.#send('candidate', candidate);
    });
  }

  /**
   * Both may want new media sections at once, above all when the connection was made anew. Chromium and Firefox cannot go
   * on together once an offer with some is taken back (their RTP header extensions stay), so one side lets the other go first.
   */
  #needed() {
    if (this.#deps.polite() && !this.#deps.senders.placed) this.#yielding.set(this.#deps.yields());
    else this.offer();
  }

  /** Makes an offer, unless there is one under way. */
  offer() {
    this.#enqueue(async () => {
      if (this.#pc.signalingState !== 'stable' || this.#failures >= MAX_FAILURES) return;
      await this.#describe('offer');
      if (this.heard !== null) this.#patience.set(ANSWER_TIME);
    });
  }

  /**
   * The description is on its way while we still apply it ourselves: that saves
   * time at both ends. Its candidates are found by applying it, so they follow.
   * What a new track is for can be said only when applying it has given it a place.
   *
   * @param {'offer' | 'answer'} type
   */
  async #describe(type) {
    const pc = this.#pc;
    const { senders } = this.#deps;
    const description = await (type === 'offer' ? this.#makeOffer() : pc.createAnswer());
    if (isTooLong(description)) throw new DOMException('The description is too long', 'QuotaExceededError');
    this.#found = [];
    this.#label = senders.labelling();
    this.#extends = !senders.placed;
    const applied = pc.setLocalDescription(description);
    if (this.#extends) await applied;
    this.#sendDescription(description);
    await applied;
  }

  /** Without the tracks that there is no room for. */
  async #makeOffer() {
    const { senders } = this.#deps;
    senders.discard();
    let offer = await this.#pc.createOffer();
    while (isTooLong(offer) && senders.leaveOut()) offer = await this.#pc.createOffer();
    senders.offered();
    return offer;
  }

  /**
   * An offer whose answer is of no use is taken back, so as not to be in the
   * way of the next one from either side.
   *
   * @param {Description} answer
   */
  async #applyAnswer(answer) {
    try {
      await this.#deps.receivers.apply(answer);
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      await this.#pc.setLocalDescription({ type: 'rollback' });
      this.offer(); // the other side has applied what was taken back
      throw error;
    }
  }

  /** @param {RTCSessionDescriptionInit | null} description */
  #sendDescription(description) {
    if (!description) return;
    let { type, sdp = '' } = description;
    if (type === 'answer') this.#role ||= roleOf(sdp);
    // Firefox forgets in a later answer which role it has (RFC 8842 section 5.5),
    // so a later offer does not leave it the choice.
    else if (this.#role) sdp = withRole(sdp, this.#role);
    if (this.#deps.hidden()) sdp = withRelaysOnly(sdp);
    sdp = withMessageSize(this.#label(sdp), this.#deps.messageSize);
    this.#send(/** @type {'offer' | 'answer'} */ (type), { type, sdp });
  }

  /**
   * The end of candidates (null, or an empty candidate) is not sent: it gains
   * nothing, and some clients stumble over it.
   *
   * @param {RTCIceCandidate | null} candidate
   */
  #gathered(candidate) {
    if (!candidate?.candidate) return;
    const init = candidate.toJSON();
    if (this.#deps.hidden()) {
      if (!isRelay(candidate.candidate)) return;
      init.candidate = withoutRelated(candidate.candidate);
    }
    this.#found.push(init);
    this.#send('candidate', init);
  }

  /** @param {import('./protocol.js').SignalType} type @param {unknown} payload */
  #send(type, payload) {
    if (!this.#deps.signal.aborted) this.#deps.send(type, payload);
  }

  async #addEarly() {
    for (const candidate of this.#early.take()) await this.#add(/** @type {RTCIceCandidateInit | null} */ (candidate));
  }

  /**
   * One bad candidate (of an offer that lost, of a past attempt, or plain
   * nonsense) is no reason to give up: the others may do.
   *
   * @param {RTCIceCandidateInit | null} candidate
   */
  async #add(candidate) {
    const { remoteDescription } = this.#pc;
    const whole = candidate && placed(candidate, remoteDescription?.sdp ?? '');
    const taken = await this.#pc.addIceCandidate(whole).then(() => true, () => false);
    if (candidate?.candidate) this.#deps.candidate(taken);
  }

  /** @param {() => Promise<void>} operation */
  #enqueue(operation) {
    const { signal, failed } = this.#deps;
    this.#queue = this.#queue.then(async () => {
      if (signal.aborted) return;
      try {
        await operation();
      } catch (error) {
        if (!signal.aborted) failed(error);
      }
    });
  }
}

/** @param {RTCSessionDescriptionInit} description */
function isTooLong({ sdp = '' }) {
  return JSON.stringify(sdp).length > LONGEST || sectionCount(sdp) > MOST_SECTIONS;
}
