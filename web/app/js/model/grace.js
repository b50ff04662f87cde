/** A while in which it is not yet worth a word that something is amiss. */

/**
 * As long, in ms: a lost socket is usually back sooner, and a notice that comes
 * and goes is more alarming than none.
 */
const GRACE = 1500;

export class Grace {
  /** It has lasted: time to say so. */
  over = false;

  #then;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} then called when the while is over */
  constructor(then) {
    this.#then = then;
  }

  /** @param {boolean} amiss */
  follow(amiss) {
    if (!amiss) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.over = false;
    } else if (this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        this.over = true;
        this.#then();
      }, GRACE);
    }
  }
}
