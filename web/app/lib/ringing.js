// A call that waits to be taken, and its candidates, which those of others cannot drive out here.

import { CandidateList } from './early-candidates.js';

/** @typedef {import('./protocol.js').Signal} Signal */

export class Ringing {
  /** @type {Signal | null} */
  #offer = null;
  #candidates = new CandidateList();

  get on() {
    return this.#offer !== null;
  }

  /** The call's id; undefined if none rings. */
  get call() {
    return this.#offer?.call;
  }

  /**
   * An offer: of the first call, or in place of the one that rings.
   *
   * @param {Signal} offer
   * @param {unknown[]} candidates that were there before it
   */
  begin(offer, candidates) {
    if (offer.call !== this.call) this.#candidates.take();
    this.#offer = offer;
    for (const candidate of candidates) this.#candidates.add(candidate);
  }

  /**
   * @param {Signal} candidate
   * @returns {boolean} whether it is of the call that rings
   */
  hear({ call, payload }) {
    if (!this.on || (call !== null && call !== this.call)) return false;
    this.#candidates.add(payload);
    return true;
  }

  /** @returns {{ offer: Signal, candidates: unknown[] } | null} the call, which rings no more */
  end() {
    const offer = this.#offer;
    this.#offer = null;
    return offer && { offer, candidates: this.#candidates.take() };
  }
}
