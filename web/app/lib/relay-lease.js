// A relay of ours (TURN) serves no longer than the credentials that we asked
// for it with. So a connection that goes through it finds a path by another one
// in time, which disturbs nothing.

/** When so much of the credentials' life is over, and thus later than new ones are asked for. */
const SHARE = 0.9;
/** No timer runs for longer, in ms: browsers take no more than 31 bits. */
const LONGEST = 2 ** 31 - 1;

export class RelayLease {
  #supply;
  #replace;
  #used = false;
  /** When the credentials lapse with which paths were looked for last, by performance.now(). */
  #lapsesAt = Infinity;
  #renewAt = Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {object} deps
   * @param {() => import('./ice-supply.js').IceSupply} deps.supply of the moment
   * @param {() => void} deps.replace looks for another path, with that supply
   */
  constructor({ supply, replace }) {
    this.#supply = supply;
    this.#replace = replace;
  }

  /** A path is being looked for, with the supply of the moment. */
  begin() {
    const now = performance.now();
    this.#lapsesAt = this.#supply().lapsesAt;
    this.#renewAt = now + (this.#lapsesAt - now) * SHARE;
    this.check();
  }

  /** @param {boolean} used whether the path goes through a relay of ours */
  use(used) {
    this.#used = used;
    this.check();
  }

  /** Is it time? Also to be called when there is another supply: without one there is nothing to be gained. */
  check() {
    clearTimeout(this.#timer);
    if (!this.#used || this.#lapsesAt === Infinity) return;
    const left = this.#renewAt - performance.now();
    if (left > 0) this.#timer = setTimeout(() => this.check(), Math.min(left, LONGEST));
    else if (this.#supply().lapsesAt > this.#lapsesAt) this.#replace();
  }

  end() {
    this.use(false);
  }
}
