/** Whether others may see our network address, as they do when two browsers connect directly. */

/** @import { Peers, Signaling } from '../../lib/beckon.js' */
/** @import { Session } from './session.js' */

const KEY = 'beckon.relay-only';

/**
 * The wish is remembered from one visit to the next, where the browser lets us.
 *
 * Event `change`, without detail.
 */
export class Privacy extends EventTarget {
  #peers;
  #signaling;
  #session;
  #storage;

  /**
   * @param {Peers} peers
   * @param {Signaling} signaling
   * @param {Session} session
   * @param {() => Pick<Storage, 'getItem' | 'setItem'>} storage may throw, as reading `localStorage` may
   */
  constructor(peers, signaling, session, storage) {
    super();
    this.#peers = peers;
    this.#signaling = signaling;
    this.#session = session;
    this.#storage = storage;
    peers.relayOnly = this.#load();
    signaling.addEventListener('ice', () => this.#changed());
    signaling.addEventListener('state', () => this.#changed());
  }

  /** Whether our address is kept from others: the user or the server wants it so. */
  get hidden() {
    return this.#peers.relayOnly;
  }

  /** Whether it is the server that wants it so: then there is no choice. */
  get forced() {
    return this.#session.relayForced;
  }

  /** Whether that means that nobody can be connected to: it takes a relay, and the server offers none. */
  get walled() {
    return this.hidden && this.#signaling.me !== null && this.#session.servers !== 'relay';
  }

  /** @param {boolean} hidden */
  hide(hidden) {
    this.#peers.relayOnly = hidden;
    try {
      this.#storage().setItem(KEY, String(hidden));
    } catch {
      // It counts for this visit.
    }
    this.#changed();
  }

  #load() {
    try {
      return this.#storage().getItem(KEY) === 'true';
    } catch {
      return false;
    }
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
