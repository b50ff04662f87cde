/** Remembers the user's name from one visit to the next. */

const KEY = 'beckon.name';

/**
 * A storage may be missing, full or forbidden (private windows, blocked
 * cookies); then nothing is remembered and nothing breaks.
 */
export class NameMemory {
  #storage;

  /** @param {() => Pick<Storage, 'getItem' | 'setItem'>} storage may throw, as reading `localStorage` may */
  constructor(storage) {
    this.#storage = storage;
  }

  /** @returns {string} '' if there is none */
  load() {
    try {
      return this.#storage().getItem(KEY) ?? '';
    } catch {
      return '';
    }
  }

  /** @param {string} name */
  save(name) {
    try {
      this.#storage().setItem(KEY, name);
    } catch {
      // It will have to be typed again.
    }
  }
}
