/** Being logged in or not, as the page shows it: which view, and what is wrong. */

import { Grace } from './grace.js';

/** @import { Signaling } from '../../lib/beckon.js' */
/** @import { NameMemory } from './name-memory.js' */

/** The words for a login that failed without the server saying why. */
const LOGIN_FAILED = 'Logging in did not work. Please try again.';

/**
 * @typedef {'loading' | 'login' | 'chat'} View
 * @typedef {{kind: 'none' | 'connecting'} | {kind: 'waiting', retryAt: number} | {kind: 'refused', code: number}} Trouble
 */

/**
 * Events, plain ones without detail:
 * - `change`: any of the fields below
 */
export class Session extends EventTarget {
  /** A login is on its way. */
  busy = false;
  /** Why the last login failed, in words for a person; '' = it did not. */
  error = '';

  /** The server has greeted us at least once. */
  #greeted = false;
  #closeCode = 0;
  #grace = new Grace(() => this.#changed());
  #signaling;
  #memory;

  /**
   * @param {Signaling} signaling
   * @param {{memory: NameMemory, room?: string}} options
   */
  constructor(signaling, { memory, room = '' }) {
    super();
    this.#signaling = signaling;
    this.#memory = memory;
    this.room = room;
    /** The name of last time, or the one just tried. */
    this.lastName = memory.load();
    signaling.addEventListener('state', ({ detail }) => this.#onState(detail));
    signaling.addEventListener('login', () => this.#changed());
    signaling.addEventListener('logout', ({ detail }) => {
      this.error = detail.message || LOGIN_FAILED;
      this.#changed();
    });
  }

  /** Our name while logged in, or while we mean to be again; else ''. */
  get myName() {
    return this.#signaling.me?.name ?? '';
  }

  /** @returns {View} */
  get view() {
    if (this.#signaling.me) return 'chat';
    return this.#greeted ? 'login' : 'loading';
  }

  /**
   * What is wrong with the line to the server. A loss that is mended at once is nothing wrong.
   * @returns {Trouble}
   */
  get trouble() {
    const { state, retryAt } = this.#signaling;
    if (state === 'waiting' && this.#grace.over) return { kind: 'waiting', retryAt };
    if (state === 'refused' || state === 'closed') return { kind: 'refused', code: this.#closeCode };
    if (state === 'connecting' && this.#greeted && this.#grace.over) return { kind: 'connecting' };
    return { kind: 'none' };
  }

  /** Whether the server offers a relay (TURN) for those who cannot connect directly. */
  get offersRelay() {
    return this.#signaling.iceServers.some(({ urls }) =>
      [urls].flat().some((url) => /^turns?:/i.test(url)));
  }

  /** @param {string} typed */
  async login(typed) {
    const name = typed.trim();
    if (!name || this.busy) return;
    this.lastName = name;
    this.error = '';
    this.busy = true;
    this.#changed();
    try {
      await this.#signaling.login({ name, room: this.room });
      this.#memory.save(name);
    } catch (error) {
      this.error = (error instanceof Error && error.message) || LOGIN_FAILED;
    } finally {
      this.busy = false;
      this.#changed();
    }
  }

  /** The user has seen what was wrong and is mending it. */
  dismissError() {
    if (!this.error) return;
    this.error = '';
    this.#changed();
  }

  logout() {
    this.error = '';
    this.#signaling.logout();
    this.#changed();
  }

  /** Tries the socket now instead of waiting. */
  retry() {
    this.#signaling.retryNow();
  }

  /** @param {import('../../lib/beckon.js').SignalingEvents['state']} detail */
  #onState({ state, code }) {
    if (state === 'ready' || state === 'online') this.#greeted = true;
    this.#closeCode = code;
    this.#grace.follow(state === 'waiting' || state === 'connecting');
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
