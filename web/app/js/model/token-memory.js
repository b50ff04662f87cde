/** Keeps the token with which one logs in while the tab is reloaded, and no longer: it is a key. */

const KEY = 'beckon.token';

/** A storage may be missing, full or forbidden; then nothing is remembered and nothing breaks. */
export class TokenMemory {
  #storage;

  /** @param {() => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} storage of the tab; may throw, as reading `sessionStorage` may */
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

  /** @param {string} token */
  save(token) {
    try {
      this.#storage().setItem(KEY, token);
    } catch {
      // It will have to be given again.
    }
  }

  forget() {
    try {
      this.#storage().removeItem(KEY);
    } catch {
      // Then there is none.
    }
  }
}
