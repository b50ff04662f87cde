// Exponential back-off with full jitter: each wait is drawn evenly from zero to
// a ceiling that doubles, so that the clients of a restarted server do not all
// come back in the same moment.

export class Backoff {
  #base;
  #cap;
  #random;
  #tries = 0;

  /**
   * @param {object} [options]
   * @param {number} [options.base] ceiling of the first wait, in ms
   * @param {number} [options.cap] highest ceiling, in ms
   * @param {() => number} [options.random] evenly distributed in [0, 1)
   */
  constructor({ base = 500, cap = 30_000, random = Math.random } = {}) {
    this.#base = base;
    this.#cap = cap;
    this.#random = random;
  }

  /** How long to wait before the next try, in ms. */
  next() {
    const ceiling = Math.min(this.#cap, this.#base * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, 32);
    return this.#random() * ceiling;
  }

  /** Starts over: the connection was good. */
  reset() {
    this.#tries = 0;
  }
}
