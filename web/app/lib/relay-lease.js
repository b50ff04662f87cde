// A relay (TURN) serves no longer than the credentials that it was asked for
// with. So a connection that goes through it finds a path by another one in
// time, which disturbs nothing. Each side may send by a pair of its own (Firefox
// stays with what worked first), so that each sees the other's relay alone in
// use: whoever does sees to another path as well, if the other side did not.

import { pathOf, usesOwnRelay } from './path.js';

/** By when another path is looked for that goes through a relay of ours: so much of the credentials' life may be over. */
const OWN = 0.8;
/** The same, if it is a relay of the other side's. */
const THEIRS = 0.9;
/** No timer runs for longer, in ms: browsers take no more than 31 bits. */
const LONGEST = 2 ** 31 - 1;

export class RelayLease {
  #supply;
  #replace;
  /** So much of the credentials' life may be over; 1: no relay is in use. */
  #share = 1;
  /** When the credentials lapse with which paths were looked for last, by performance.now(). */
  #lapsesAt = Infinity;
  /** How long they were to last then, in ms. */
  #life = Infinity;
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
    this.#lapsesAt = this.#supply().lapsesAt;
    this.#life = this.#lapsesAt - performance.now();
    this.check();
  }

  /** @param {import('./path.js').Route | null} route that is in use now */
  use(route) {
    this.#share = usesOwnRelay(route) ? OWN : pathOf(route) === 'relay' ? THEIRS : 1;
    this.check();
  }

  /** Is it time? Also to be called when there is another supply: without one there is nothing to be gained. */
  check() {
    clearTimeout(this.#timer);
    if (this.#share === 1 || this.#lapsesAt === Infinity) return;
    const left = this.#lapsesAt - this.#life * (1 - this.#share) - performance.now();
    if (left > 0) this.#timer = setTimeout(() => this.check(), Math.min(left, LONGEST));
    else if (this.#supply().lapsesAt > this.#lapsesAt) this.#replace();
  }

  end() {
    this.use(null);
  }
}
