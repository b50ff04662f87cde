// Candidates that came before they can be used: before their call is known, taken
// or described. Bounded in bytes, per sender and in all: who only ever sends
// candidates must not fill our memory, nor take the room of others.

/** What may be kept for one call, in bytes: hundreds of candidates of the usual kind. */
const MAX_PER_CALL = 65_536;
/** The same for one sender, whatever the number of calls. */
const MAX_PER_SENDER = 131_072;
/** The same for all senders together. */
const MAX_IN_ALL = 1_048_576;
/** Candidates of one call, of whatever size. */
const MAX_COUNT = 64;
/** Calls of one sender. */
const MAX_CALLS = 16;

/** The candidates of one call, in the order they came. What there is no room for is dropped. */
export class CandidateList {
  /** @type {unknown[]} */
  #items = [];
  #bytes = 0;
  #maxCount;

  /** @param {number} [maxCount] */
  constructor(maxCount = MAX_COUNT) {
    this.#maxCount = maxCount;
  }

  get bytes() {
    return this.#bytes;
  }

  /** @param {unknown} candidate as it came */
  add(candidate) {
    const bytes = sizeOf(candidate);
    if (this.#items.length >= this.#maxCount || this.#bytes + bytes > MAX_PER_CALL) return;
    this.#items.push(candidate);
    this.#bytes += bytes;
  }

  /** Takes all of them out. */
  take() {
    this.#bytes = 0;
    return this.#items.splice(0);
  }
}

/**
 * @typedef {object} Sender
 * @property {Map<string | null, CandidateList>} calls oldest first
 * @property {number} bytes
 */

/** Candidates of calls whose offer has not arrived yet. */
export class EarlyCandidates {
  /** @type {Map<string, Sender>} by name; who was heard last is last */
  #senders = new Map();
  #bytes = 0;

  /** @param {import('./protocol.js').Signal} signal */
  keep({ name, call, payload }) {
    const sender = this.#senders.get(name) ?? { calls: new Map(), bytes: 0 };
    this.#senders.delete(name);
    this.#senders.set(name, sender);
    const list = sender.calls.get(call) ?? new CandidateList();
    const before = sender.calls.has(call) ? list.bytes : -sizeOf(call);
    sender.calls.set(call, list);
    list.add(payload);
    this.#count(sender, list.bytes - before);
    while (sender.calls.size > MAX_CALLS || sender.bytes > MAX_PER_SENDER) this.#dropOldest(name, sender);
    for (const [other, calls] of this.#senders) {
      if (this.#bytes <= MAX_IN_ALL) break;
      while (calls.calls.size > 0) this.#dropOldest(other, calls);
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
    const sender = this.#senders.get(name);
    const list = sender?.calls.get(call);
    if (!sender || !list) return [];
    sender.calls.delete(call);
    this.#count(sender, -list.bytes - sizeOf(call));
    if (sender.calls.size === 0) this.#senders.delete(name);
    return list.take();
  }

  /** @param {string} name @param {Sender} sender */
  #dropOldest(name, sender) {
    const [oldest] = sender.calls.keys();
    this.take(name, oldest);
  }

  /** @param {Sender} sender @param {number} bytes */
  #count(sender, bytes) {
    sender.bytes += bytes;
    this.#bytes += bytes;
  }
}

/** @param {unknown} value as it came out of JSON @returns {number} bytes, two for each UTF-16 code unit of its text */
function sizeOf(value) {
  return 2 * JSON.stringify(value).length;
}
