/**
 * Who of those who call is answered. To be connected shows one's network address, so a stranger has to be let in first.
 * Where one has come by a link, to a room that somebody made for some people, everybody is answered, unless one wants it
 * otherwise.
 */

import { BlockList } from './block-list.js';

/** @import { Peer } from '../../lib/beckon.js' */
/** @import { Chat } from './chat.js' */

const KEY = 'beckon.answer-everybody';

/**
 * @typedef {object} ConsentOptions
 * @property {Pick<Chat, 'isWelcome' | 'addEventListener'>} chat
 * @property {boolean} byLink whether this is a room that one has come to by a link
 * @property {() => Pick<Storage, 'getItem' | 'setItem'>} storage may throw, as reading `localStorage` may
 * @property {() => Pick<Storage, 'getItem' | 'setItem'>} tab the same, of this tab
 */

/**
 * Events: `change`, without detail; `ring` with the Peer of another stranger who calls as detail.
 */
export class Consent extends EventTarget {
  /** Whether strangers are answered as well. */
  everybody;
  /** @type {Map<Peer, (answered: boolean) => void>} strangers who wait for an answer, first come first */
  #waiting = new Map();
  /** Whom we do not want to hear of. */
  #blocked;
  #chat;
  #storage;

  /** @param {ConsentOptions} options */
  constructor({ chat, byLink, storage, tab }) {
    super();
    this.#chat = chat;
    this.#storage = storage;
    this.#blocked = new BlockList(tab);
    this.everybody = this.#load() ?? byLink;
    // Whoever is being connected to, by whatever button, is welcome.
    chat.addEventListener('change', () => this.#settle((peer) => chat.isWelcome(peer), true));
  }

  /** @returns {Peer[]} strangers who wait for an answer, first come first */
  get waiting() {
    return [...this.#waiting.keys()];
  }

  /**
   * Whether to answer a call (see PeersOptions.accept).
   *
   * @param {Peer} peer
   * @returns {boolean | Promise<boolean>}
   */
  decide(peer) {
    if (this.#blocked.has(peer)) return false;
    if (this.everybody || this.#chat.isWelcome(peer)) return true;
    const answer = new Promise((resolve) => this.#waiting.set(peer, resolve));
    peer.addEventListener('state', () => this.#settle((other) => other === peer && peer.state !== 'connecting', false));
    this.#changed();
    this.dispatchEvent(new CustomEvent('ring', { detail: peer }));
    return answer;
  }

  /** @param {Peer} peer who is told no more than that nobody answers */
  decline(peer) {
    this.#settle((other) => other === peer, false);
  }

  /** @param {Peer} peer who will not be heard of again in this tab, by that name or with that browser */
  block(peer) {
    this.#blocked.add(peer);
    this.#settle((other) => this.#blocked.has(other), false);
  }

  /** @param {boolean} everybody whether strangers are answered as well, now and on later visits */
  answer(everybody) {
    this.everybody = everybody;
    try {
      this.#storage().setItem(KEY, String(everybody));
    } catch {
      // It counts for this visit.
    }
    if (everybody) this.#settle(() => true, true);
    this.#changed();
  }

  /** @param {(peer: Peer) => boolean} concerned @param {boolean} answered */
  #settle(concerned, answered) {
    const settled = this.waiting.filter(concerned);
    for (const peer of settled) {
      this.#waiting.get(peer)?.(answered);
      this.#waiting.delete(peer);
    }
    if (settled.length > 0) this.#changed();
  }

  /** @returns {boolean | null} null: no wish is known */
  #load() {
    try {
      const stored = this.#storage().getItem(KEY);
      return stored === null ? null : stored === 'true';
    } catch {
      return null;
    }
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
