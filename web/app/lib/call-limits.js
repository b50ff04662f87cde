// How many calls of others are answered: a connection costs memory and time, and
// anybody may call. In all so many may be under way at once; and one user may
// call so often, as with each call the one before is over.

import { nameKey } from './names.js';

/** So many calls of one user in a row; who renews a lost connection, or tries again and again, needs a few. */
const BURST = 16;
/** Then one in so long, in ms. */
const INTERVAL = 1_000;
/** Users of whom that is known; who called longest ago goes first. */
const MOST_USERS = 1_000;

/**
 * Why a call is not answered: its `user` calls too often, or there are too many from `all` together.
 *
 * @typedef {'user' | 'all'} Excess
 */

export class CallLimits {
  #maxCalls;
  /**
   * By user, who called last is last: when the last of the calls in the allowance would have come, had each waited for its
   * turn. On the clock of performance.now()
   *
   * @type {Map<string, number>}
   */
  #turns = new Map();

  /** @param {number} maxCalls that may be under way at once */
  constructor(maxCalls) {
    this.#maxCalls = maxCalls;
  }

  /**
   * Counts a call.
   *
   * @param {string} name whose
   * @param {number} underWay how many there are beside it
   * @returns {Excess | null} null: it may be answered
   */
  count(name, underWay) {
    if (underWay >= this.#maxCalls) return 'all';
    return this.#hasTurn(nameKey(name)) ? null : 'user';
  }

  /** @param {string} key */
  #hasTurn(key) {
    const now = performance.now();
    const turn = Math.max(this.#turns.get(key) ?? 0, now) + INTERVAL;
    if (turn > now + BURST * INTERVAL) return false;
    this.#turns.delete(key);
    this.#turns.set(key, turn);
    const [oldest] = this.#turns.keys();
    if (this.#turns.size > MOST_USERS) this.#turns.delete(oldest);
    return true;
  }
}
