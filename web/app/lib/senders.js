// The tracks that go out on one connection. Each has a media section of its own,
// and none is sent in a section of the other side's: so it is the same whoever
// offers, and whether offers cross.

import { withLabels } from './sdp.js';

/** @typedef {import('./sent-track.js').SentTrack} SentTrack */

export class Senders {
  #pc;
  #failed;
  #signal;
  #ended;
  /** @type {Map<RTCRtpTransceiver, SentTrack | null>} ours; null: its track was removed */
  #transceivers = new Map();
  /**
   * Those of which the other side knows that nothing comes there: what comes next is another track to it.
   *
   * @type {Set<RTCRtpTransceiver>}
   */
  #free = new Set();
  /**
   * Those that the other side may have seen in an offer, taken back or not: they keep their place, as no section may vanish.
   *
   * @type {WeakSet<RTCRtpTransceiver>}
   */
  #offered = new WeakSet();

  /**
   * @param {RTCPeerConnection} pc
   * @param {(error: unknown) => void} failed a track is not sent
   * @param {AbortSignal} signal aborted when the connection is given up
   */
  constructor(pc, failed, signal) {
    this.#pc = pc;
    this.#failed = failed;
    this.#signal = signal;
    this.#ended = new Promise((resolve) => signal.addEventListener('abort', resolve));
    signal.addEventListener('abort', () => this.#silence()); // the connection may linger
  }

  /** @param {SentTrack} sent */
  add(sent) {
    if (this.#signal.aborted) return;
    const { track, streams } = sent;
    const free = [...this.#free].find(({ receiver }) => receiver.track.kind === track.kind);
    if (free) this.#useAgain(free, sent);
    else this.#transceivers.set(this.#pc.addTransceiver(track, { streams: [...streams] }), sent);
  }

  /** @param {SentTrack} sent whose track is another now */
  async replace(sent) {
    // A connection that is closed meanwhile never answers.
    const transceiver = this.#of(sent);
    if (this.#signal.aborted || !transceiver) return;
    const replaced = transceiver.sender.replaceTrack(sent.track);
    await Promise.race([replaced, this.#ended]);
    if (this.#transceivers.get(transceiver) === null) await transceiver.sender.replaceTrack(null); // removed meanwhile
  }

  /** @param {SentTrack} sent */
  remove(sent) {
    const transceiver = this.#of(sent);
    if (this.#signal.aborted || !transceiver) return;
    this.#transceivers.set(transceiver, null);
    this.#pc.removeTrack(transceiver.sender); // leaves it to the other side to send here, should it want to
  }

  /** What was removed before it was in any offer is to be in none. */
  discard() {
    for (const transceiver of this.#fresh) if (this.#transceivers.get(transceiver) === null) this.#stop(transceiver);
  }

  /** All that there is now is in an offer. */
  offered() {
    for (const transceiver of this.#ours) this.#offered.add(transceiver);
  }

  /**
   * Leaves out the last that has been in no offer yet, as there is no room for it. That is told.
   *
   * @returns {boolean} false: there is none
   */
  leaveOut() {
    const transceiver = this.#fresh.at(-1);
    if (!transceiver) return false;
    this.#stop(transceiver);
    this.#failed(new DOMException('Too many tracks', 'QuotaExceededError'));
    return true;
  }

  /** Whether each has its place in descriptions already: before that it has no mid. */
  get placed() {
    return this.#ours.every(({ mid }) => mid !== null);
  }

  /**
   * What is to be said of the purposes of what is sent now.
   *
   * @returns {(sdp: string) => string} says it in a description that is made now, once that is applied
   */
  labelling() {
    const purposes = Array.from(this.#transceivers, ([transceiver, sent]) => ({ transceiver, purpose: sent?.purpose }));
    return (sdp) => {
      const labels = new Map();
      for (const { transceiver, purpose } of purposes) if (purpose !== undefined) labels.set(transceiver.mid, purpose);
      return withLabels(sdp, labels);
    };
  }

  /** The two sides agree. What the other side does not take at all is told. */
  settled() {
    for (const [transceiver, sent] of [...this.#transceivers]) {
      const { currentDirection } = transceiver;
      if (currentDirection === 'stopped') {
        this.#transceivers.delete(transceiver);
        this.#free.delete(transceiver);
        if (sent) this.#failed(new DOMException(`The other side takes no ${sent.track.kind}`, 'NotSupportedError'));
      } else if (!sent && (currentDirection === 'recvonly' || currentDirection === 'inactive')) this.#free.add(transceiver);
    }
  }

  /** Sends nothing any more, which takes no word with the other side. */
  #silence() {
    for (const { sender } of this.#ours) sender.replaceTrack(null).catch(() => {}); // closed: nothing is sent either
  }

  get #ours() {
    return [...this.#transceivers.keys()];
  }

  get #fresh() {
    return this.#ours.filter((transceiver) => !this.#offered.has(transceiver));
  }

  /** @param {RTCRtpTransceiver} transceiver that has been in no offer, and is never to be in one */
  #stop(transceiver) {
    this.#transceivers.delete(transceiver);
    transceiver.stop();
  }

  /** @param {SentTrack} sent */
  #of(sent) {
    return this.#ours.find((transceiver) => this.#transceivers.get(transceiver) === sent);
  }

  /** @param {RTCRtpTransceiver} transceiver @param {SentTrack} sent */
  #useAgain(transceiver, sent) {
    const { sender } = transceiver;
    this.#free.delete(transceiver);
    this.#transceivers.set(transceiver, sent);
    sender.replaceTrack(sent.track).catch((error) => this.#failed(error));
    sender.setStreams?.(...sent.streams);
    transceiver.direction = 'sendrecv';
  }
}
