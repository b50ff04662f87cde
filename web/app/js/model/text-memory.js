/** Remembers one text: the user's name from one visit to the next, or the token of a tab. */

/**
 * A storage may be missing, full or forbidden (private windows, blocked
 * cookies); then nothing is remembered and nothing breaks.
 */
export class TextMemory {
  #key;
  #storage;

  /**
   * @param {string} key
   * @param {() => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} storage may throw, as reading `localStorage` may
   */
  constructor(key, storage) {
    this.#key = key;
    this.#storage = storage;
  }

  /** @returns {string} '' if there is none */
  load() {
    try {
      return this.#storage().getItem(this.#key) ?? '';
    } catch {
      return '';
    }
  }

  /** @param {string} text */
  save(text) {
    try {
      this.#storage().setItem(this.#key, text);
    } catch {
      // It will have to be given again.
    }
  }

  forget() {
    try {
      this.#storage().removeItem(this.#key);
    } catch {
      // Then there is none.
    }
  }
}
