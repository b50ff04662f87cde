// Time between what the other side makes us do: once is nothing, but who does so over and over is to have less and less of
// it. It is done all the same, as it may be for an honest reason.

/** The second time comes no sooner after the first, in ms; each further one waits twice as long. */
const SHORTEST = 1_000;
/** The longest wait, in ms: less than Recovery leaves between two tries of its own, which so never wait. */
const LONGEST = 8_000;
/** After so long without it, in ms, it is the first time again. */
const FORGOTTEN = 60_000;

export class Spacing {
  /** How long the next time has to wait after the last, in ms. */
  #space = 0;
  #last = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | null} of what waits */
  #timer = null;

  /** Whether something waits for its time. */
  get waiting() {
    return this.#timer !== null;
  }

  /**
   * Does it, at once or as soon as it may be; and not what waited.
   *
   * @param {() => void} what
   */
  do(what) {
    this.cancel();
    const wait = this.#last + this.#space - performance.now();
    if (wait <= 0) this.#now(what);
    else this.#timer = setTimeout(() => this.#now(what), wait);
  }

  /** What waits is not wanted any more. */
  cancel() {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** @param {() => void} what */
  #now(what) {
    const now = performance.now();
    this.#timer = null;
    this.#space = now - this.#last > FORGOTTEN ? SHORTEST : Math.min(2 * this.#space, LONGEST);
    this.#last = now;
    what();
  }
}
