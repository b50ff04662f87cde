// The tracks that go to one other user, over all connections that there are with
// them one after another.

import { SentTrack } from './sent-track.js';

/** How long one side lets the other go first, at first and at most, in ms: more than their messages need on a usual line. */
const YIELD = 250;
/** See YIELD. */
const MAX_YIELD = 4_000;
/** How long nothing has to cross until half of that will do again, in ms. A line that is slow stays so for a while. */
const CALM = 300_000;

/** So many tracks go to one user at once: each costs both browsers, and must be told of in messages of bounded length. */
const MOST_TRACKS = 16;

/** @typedef {import('./senders.js').Senders} Senders */

/**
 * A track of the other side.
 *
 * @typedef {object} ReceivedTrack
 * @property {MediaStreamTrack} track
 * @property {readonly MediaStream[]} streams those that it belongs to there, by their ids
 * @property {string | undefined} purpose what it is for, as the other side has it; undefined: it did not say
 * @property {string} mid of its media section
 */

export class Media {
  /** @type {Set<SentTrack>} the first of them go, the others wait */
  #tracks = new Set();
  /** @type {Senders | null} of the connection that was open last */
  #senders = null;
  #peer;
  /** Twice what had been too short when offers crossed last. */
  #yields = YIELD;
  #crossedAt = -Infinity;

  /** @param {import('./peer.js').Peer} peer who is told of it */
  constructor(peer) {
    this.#peer = peer;
  }

  /** @param {MediaStreamTrack} track @param {import('./sent-track.js').SentTrackOptions} [options] */
  add(track, options) {
    const sent = new SentTrack(track, options, this);
    this.#tracks.add(sent);
    if (this.#going.includes(sent)) this.#senders?.add(sent);
    else queueMicrotask(() => this.failed(new DOMException(`Only ${MOST_TRACKS} tracks go at once`, 'QuotaExceededError')));
    return sent;
  }

  /** @param {SentTrack} sent whose track is another now */
  async replace(sent) {
    if (!this.#tracks.has(sent)) throw new DOMException('This track was removed', 'InvalidStateError');
    await this.#senders?.replace(sent);
  }

  /** @param {SentTrack} sent */
  remove(sent) {
    const going = this.#going;
    if (!this.#tracks.delete(sent)) return;
    this.#senders?.remove(sent);
    for (const next of this.#going) if (!going.includes(next)) this.#senders?.add(next);
  }

  /**
   * A connection is open: from now on they go this way. Not before, so that there is no connection that media could keep
   * from coming about.
   *
   * @param {Senders} senders
   */
  use(senders) {
    this.#senders = senders;
    for (const sent of this.#going) senders.add(sent);
  }

  get #going() {
    return [...this.#tracks].slice(0, MOST_TRACKS);
  }

  /** See NegotiationDeps. */
  get yields() {
    const calm = Math.floor((performance.now() - this.#crossedAt) / CALM);
    return Math.max(this.#yields / 2 ** calm, YIELD);
  }

  /** That was not long enough. */
  crossed() {
    this.#yields = Math.min(this.yields * 2, MAX_YIELD);
    this.#crossedAt = performance.now();
  }

  /** @param {ReceivedTrack} received */
  begun(received) {
    this.#peer.emit('track', received);
  }

  /** @param {ReceivedTrack} received */
  ended(received) {
    this.#peer.emit('removetrack', received);
  }

  /** @param {unknown} error */
  failed(error) {
    this.#peer.emit('negotiationerror', { error });
  }
}
