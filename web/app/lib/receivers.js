// The tracks that come in on one connection: of each is told once that it has
// begun, and once that it has ended.

import { listen } from './listen.js';
import { sectionCount, sectionsOf } from './sdp.js';

/**
 * No description is taken or made that has more media sections: each costs the browser a transceiver for as long as the
 * connection goes on, and makes the answer longer. What both sides may send at once needs a third of that.
 */
export const MOST_SECTIONS = 100;

/** @typedef {import('./media.js').ReceivedTrack} ReceivedTrack */

export class Receivers {
  #pc;
  #told;
  /** @type {Map<string, ReceivedTrack>} by mid */
  #tracks = new Map();
  /** What the other side's description says that was applied last, or is being applied. */
  #sections = sectionsOf('');

  /**
   * @param {RTCPeerConnection} pc
   * @param {Pick<import('./media.js').Media, 'begun' | 'ended'>} told
   * @param {AbortSignal} signal aborted when the connection is given up
   */
  constructor(pc, told, signal) {
    this.#pc = pc;
    this.#told = told;
    listen(pc, 'track', (event) => this.#begun(event), signal);
    // Told when that is done: whoever hears of it may have the connection do something.
    signal.addEventListener('abort', () => queueMicrotask(() => this.#end([...this.#tracks.values()])));
  }

  /**
   * Applies what the other side says.
   *
   * @param {import('./negotiation.js').Description} description
   * @throws {DOMException} QuotaExceededError if it has too many media sections; and what the browser throws
   */
  async apply(description) {
    if (sectionCount(description.sdp) > MOST_SECTIONS) throw new DOMException('Too many media sections', 'QuotaExceededError');
    const before = this.#sections;
    this.#sections = sectionsOf(description.sdp);
    try {
      await this.#pc.setRemoteDescription(description);
    } catch (error) {
      this.#sections = before;
      throw error;
    }
    this.#follow();
  }

  /** @param {RTCTrackEvent} event */
  #begun({ track, streams, transceiver: { mid } }) {
    if (mid === null) return;
    this.#follow(); // first, as one may have taken the place of another
    this.#begin({ track, streams, purpose: this.#sections.get(mid)?.label, mid });
  }

  /** Tells what the browser does not: that one has ended, or is for something else now and so is another. */
  #follow() {
    const changed = [...this.#tracks.values()].filter(({ mid, purpose }) => {
      const section = this.#sections.get(mid);
      return section && (!section.sends || section.label !== purpose);
    });
    this.#end(changed);
    for (const received of changed) {
      const { sends = false, label } = this.#sections.get(received.mid) ?? {};
      if (sends) this.#begin({ ...received, purpose: label });
    }
  }

  /** @param {ReceivedTrack} received */
  #begin(received) {
    this.#tracks.set(received.mid, received);
    this.#told.begun(received);
  }

  /** @param {Iterable<ReceivedTrack>} gone */
  #end(gone) {
    for (const received of gone) {
      this.#tracks.delete(received.mid);
      this.#told.ended(received);
    }
  }
}
