// One end of a data channel whose messages leave at a pace of their own, a part
// at a time, and arrive in order.

import { Target } from './events.js';
import { bufferOf } from './rtc.js';

export class PacedChannel extends Target {
  readyState = 'open';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  /** for tests: the most that was ever in it, in bytes */
  peak = 0;
  /** for tests: what has gone in, oldest first */
  sent = [];
  #arrive;
  #pace;
  #leaving = [];
  #timer;

  /**
   * @param {(message: string | ArrayBuffer) => void} arrive
   * @param {() => { ms: number, bytes: number }} pace so long until so many more have left
   */
  constructor(arrive, pace) {
    super();
    this.#arrive = arrive;
    this.#pace = pace;
  }

  send(data) {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError');
    const message = typeof data === 'string' ? data : bufferOf(data);
    const size = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
    this.sent.push(message);
    this.#leaving.push({ message, left: size });
    this.bufferedAmount += size;
    this.peak = Math.max(this.peak, this.bufferedAmount);
    this.#schedule();
  }

  close() {
    this.readyState = 'closed';
  }

  #schedule() {
    if (this.#timer !== undefined) return;
    const { ms, bytes } = this.#pace();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#leave(bytes);
      if (this.#leaving.length > 0) this.#schedule();
    }, ms);
  }

  #leave(most) {
    if (this.readyState !== 'open') return;
    const before = this.bufferedAmount;
    let room = most;
    while (this.#leaving.length > 0 && room >= this.#leaving[0].left) {
      const { message, left } = this.#leaving.shift();
      room -= left;
      this.#arrive(message);
    }
    if (this.#leaving.length > 0) this.#leaving[0].left -= room;
    this.bufferedAmount = this.#leaving.reduce((sum, { left }) => sum + left, 0);
    const low = this.bufferedAmountLowThreshold;
    if (before > low && this.bufferedAmount <= low) this.dispatchEvent(new Event('bufferedamountlow'));
  }
}
