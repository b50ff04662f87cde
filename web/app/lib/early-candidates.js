// Candidates of a call whose offer has not arrived yet. Bounded: who only ever
// sends candidates must not fill our memory.

const MAX_CALLS = 64;
const MAX_PER_CALL = 64;

export class EarlyCandidates {
  /** @type {Map<string, unknown[]>} oldest call first */
  #calls = new Map();

  /** @param {import('./protocol.js').Signal} signal */
  keep({ name, call, payload }) {
    const key = keyOf(name, call);
    const kept = this.#calls.get(key) ?? [];
    if (kept.length < MAX_PER_CALL) kept.push(payload);
    this.#calls.set(key, kept);
    if (this.#calls.size > MAX_CALLS) {
      const [oldest] = this.#calls.keys();
      this.#calls.delete(/** @type {string} */ (oldest));
    }
  }

  /**
   * Takes out what was kept.
   *
   * @param {string} name
   * @param {string | null} call
   * @returns {unknown[]} in the order they came
   */
  take(name, call) {
    const key = keyOf(name, call);
    const kept = this.#calls.get(key) ?? [];
    this.#calls.delete(key);
    return kept;
  }
}

/** @param {string} name @param {string | null} call */
function keyOf(name, call) {
  return JSON.stringify([name, call]);
}
