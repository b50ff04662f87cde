// A time by which something must have happened, in a machine that may sleep: what
// it slept does not count, as nothing could happen then.

/** So much of the time is waited for at once, in ms. */
const STEP = 5_000;
/** A step that took longer counts so much, in ms: the machine slept, or timers are late. */
const MOST = 2 * STEP;

export class Deadline {
  #missed;
  /** What is left, in ms of being awake, as of #since; 0: it does not run. */
  #left = 0;
  #since = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} missed called when the time is over */
  constructor(missed) {
    this.#missed = missed;
  }

  /** How much is left, in ms; 0 if it does not run. */
  get left() {
    return this.#left > 0 ? Math.max(0, this.#left - this.#passed) : 0;
  }

  get #passed() {
    return Math.min(performance.now() - this.#since, MOST);
  }

  /** @param {number} ms from now */
  set(ms) {
    clearTimeout(this.#timer);
    this.#left = ms;
    this.#since = performance.now();
    this.#timer = setTimeout(() => {
      const left = this.#left - this.#passed;
      if (left >= 1) return this.set(left); // no timer is more exact than that
      this.#left = 0;
      return this.#missed();
    }, Math.min(ms, STEP));
  }

  clear() {
    clearTimeout(this.#timer);
    this.#left = 0;
  }
}
