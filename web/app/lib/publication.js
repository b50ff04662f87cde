// A stream of ours that goes to everybody: who is there, and who comes.

import { assertPurpose } from './sent-track.js';

/** @typedef {import('./peer.js').Peer} Peer */
/** @typedef {import('./sent-track.js').SentTrack} SentTrack */

/** A stream of ours that goes to everybody: what Peers.publish() returns. */
export class Publication {
  #stream;
  #purpose;
  #tracks;
  #removed;
  /** @type {Map<Peer, SentTrack[]>} one for each track, in that order */
  #sent = new Map();
  #life = new AbortController();

  /**
   * @internal
   * @param {MediaStream} stream
   * @param {{ purpose?: string }} options
   * @param {() => void} removed called once
   */
  constructor(stream, { purpose }, removed) {
    assertPurpose(purpose);
    this.#stream = stream;
    this.#purpose = purpose;
    this.#tracks = stream.getTracks();
    this.#removed = removed;
  }

  /**
   * @internal
   * @param {Peer} peer who gets it, too
   */
  add(peer) {
    const options = { streams: [this.#stream], purpose: this.#purpose };
    this.#sent.set(peer, this.#tracks.map((track) => peer.addTrack(track, options)));
    peer.addEventListener('close', () => this.#sent.delete(peer), { signal: this.#life.signal });
  }

  /**
   * Sends another track to everybody in place of that of its kind: another camera, say.
   *
   * @param {MediaStreamTrack} track
   * @throws {DOMException} NotFoundError if there is none of that kind
   */
  async replaceTrack(track) {
    const i = this.#tracks.findIndex(({ kind }) => kind === track.kind);
    if (i < 0) throw new DOMException(`No ${track.kind} to replace`, 'NotFoundError');
    this.#tracks[i] = track;
    await Promise.all(Array.from(this.#sent.values(), (sent) => sent[i].replaceTrack(track)));
  }

  /** Sends it to nobody any more. The tracks themselves go on: what is not needed is for you to stop. */
  remove() {
    for (const sent of this.#sent.values()) for (const one of sent) one.remove();
    this.#sent.clear();
    this.#life.abort();
    this.#removed();
  }
}
