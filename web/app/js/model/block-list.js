/**
 * Whom one does not want to hear of, for as long as the tab is there. No longer: what a stranger can be told by is their
 * name, which may be somebody else's tomorrow, and a certificate that is another in each tab of theirs.
 */

/** @import { Peer } from '../../lib/beckon.js' */

const KEY = 'beckon.blocked';

/** So many are kept; the oldest go first. */
const MOST = 200;

/** @typedef {{name: string, fingerprint: string}} Blocked */

export class BlockList {
  /** @type {Blocked[]} oldest first */
  #blocked;
  #storage;

  /** @param {() => Pick<Storage, 'getItem' | 'setItem'>} storage of the tab; may throw: then it is as long as the page is there */
  constructor(storage) {
    this.#storage = storage;
    this.#blocked = this.#load();
  }

  /** @param {Peer} peer */
  has({ name, identity: { fingerprint } }) {
    return this.#blocked.some((other) => other.name === name || (fingerprint !== '' && other.fingerprint === fingerprint));
  }

  /** @param {Peer} peer who will not be heard of again, by that name or with that browser */
  add({ name, identity: { fingerprint } }) {
    this.#blocked = [...this.#blocked, { name, fingerprint }].slice(-MOST);
    try {
      this.#storage().setItem(KEY, JSON.stringify(this.#blocked));
    } catch {
      // Until the page is left.
    }
  }

  /** @returns {Blocked[]} */
  #load() {
    try {
      return JSON.parse(this.#storage().getItem(KEY) ?? '[]').filter(isBlocked);
    } catch {
      return []; // there is no storage, or something else in it
    }
  }
}

/** @param {any} stored */
function isBlocked(stored) {
  return typeof stored?.name === 'string' && typeof stored.fingerprint === 'string';
}
