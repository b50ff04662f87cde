// A track that goes to one other user, as the application holds it.

import { LONGEST_LABEL } from './sdp.js';

/** What can stand in a description (RFC 8866 section 9), at a length that leaves room for others. */
const PURPOSE = new RegExp(`^[\\w!#$%&'*+.^\`{|}~-]{1,${LONGEST_LABEL}}$`);

/**
 * @typedef {object} SentTrackOptions
 * @property {readonly MediaStream[]} [streams] that it belongs to: the other side gets streams of the same ids, and plays in
 *   step what is in one
 * @property {string} [purpose] what it is for, such as `camera` or `screen`: letters, digits and hyphens,
 *   64 at most
 */

/** A track that goes to one other user: what Peer.addTrack() returns. */
export class SentTrack {
  #track;
  #media;

  /**
   * @internal
   * @param {MediaStreamTrack} track
   * @param {SentTrackOptions | undefined} options
   * @param {Pick<import('./media.js').Media, 'replace' | 'remove'>} media
   */
  constructor(track, { streams = [], purpose } = {}, media) {
    assertPurpose(purpose);
    this.#track = track;
    this.#media = media;
    /** Those that it belongs to. */
    this.streams = streams;
    /** What it is for. */
    this.purpose = purpose;
  }

  /** What is sent now. */
  get track() {
    return this.#track;
  }

  /**
   * Sends another track of the same kind from now on: another camera, say. The other side need not know. To send none for
   * a while, set `enabled` of the track to false, or stop it.
   *
   * @param {MediaStreamTrack} track
   * @throws {TypeError} the track is of another kind
   * @throws {DOMException} InvalidStateError once it was removed
   */
  async replaceTrack(track) {
    if (track.kind !== this.#track.kind) throw new TypeError(`${track.kind} cannot take the place of ${this.#track.kind}`);
    this.#track = track;
    await this.#media.replace(this);
  }

  /** Sends it no more, and tells the other side. The track itself goes on: what is not needed is for you to stop. */
  remove() {
    this.#media.remove(this);
  }
}

/**
 * @param {string | undefined} purpose
 * @throws {DOMException} SyntaxError if it cannot be told to others
 */
export function assertPurpose(purpose) {
  if (purpose === undefined || PURPOSE.test(purpose)) return;
  const most = `a purpose is one word of at most ${LONGEST_LABEL} characters`;
  throw new DOMException(`Not ${JSON.stringify(String(purpose).slice(0, LONGEST_LABEL))}: ${most}`, 'SyntaxError');
}
