/**
 * Who of those who call is answered. To be connected shows one's network address, so a stranger has to be let in first.
 * Where one has come by a link, to a room that somebody made for some people, everybody is answered, unless one wants it
 * otherwise.
 */

/** @import { Peer } from '../../lib/beckon.js' */
/** @import { Chat } from './chat.js' */

const KEY = 'beckon.answer-everybody';

/**
 * @typedef {object} ConsentOptions
 * @property {Pick<Chat, 'isWelcome' | 'addEventListener'>} chat
 * @property {boolean} byLink whether this is a room that one has come to by a link
 * @property {() => Pick<Storage, 'getItem' | 'setItem'>} storage may throw, as reading `localStorage` may
 */

/**
 * Events: `change`, without detail; `ring` with the Peer of another stranger who calls as detail.
 */
export class Consent extends EventTarget {
  /** Whether strangers are answered as well. */
  everybody;
  /** @type {Map<Peer, (answered: boolean) => void>} strangers who wait for an answer, first come first */
  #waiting = new Map();
  /** @type {{name: string, fingerprint: string}[]} whom we do not want to hear of while this page is open */
  #blocked = [];
  #chat;
  #storage;

  /** @param {ConsentOptions} options */
  constructor({ chat, byLink, storage }) {
    super();
    this.#chat = chat;
    this.#storage = storage;
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
    if (this.#isBlocked(peer)) return false;
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

  /** @param {Peer} peer who will not be heard of again, by that name or with that browser */
  block(peer) {
    this.#blocked.push({ name: peer.name, fingerprint: peer.identity.fingerprint });
    this.#settle((other) => this.#isBlocked(other), false);
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

  /** @param {Peer} peer */
  #isBlocked({ name, identity: { fingerprint } }) {
    return this.#blocked.some((other) => other.name === name || (fingerprint !== '' && other.fingerprint === fingerprint));
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
