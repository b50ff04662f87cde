/** Being logged in or not, as the page shows it: which view, and what is wrong. */

import { words } from '../words/index.js';
import { Grace } from './grace.js';

/** @import { Signaling } from '../../lib/beckon.js' */
/** @import { Chat } from './chat.js' */
/** @import { TextMemory } from './text-memory.js' */

/** Tries to reach the server before that is worth a word; a server that restarts is back by then. */
const TRIES = 3;

/** The close code that tells that our session goes on elsewhere. */
const RESUMED_ELSEWHERE = 4001;

/**
 * What a failed login is about: a field of the form; `neither`: nothing that was typed is wrong.
 *
 * @typedef {'name' | 'token' | 'room' | 'neither'} ErrorSubject
 * @type {ReadonlyMap<string, ErrorSubject>}
 */
const SUBJECTS = new Map([
  ['unauthorized', 'token'],
  ['bad_room', 'room'],
  ['room_full', 'room'],
  ['refused', 'neither'],
  ['closed', 'neither'],
]);

/**
 * - `loading`: the server has not greeted us yet
 * - `login`: the form
 * - `chat`: people and conversations. Conversations do not need the server: they stay in view when it sends us away,
 *   until the last of them is closed. What it takes to log in is asked for beside them.
 *
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
  /** The server wants a token: it said so, or has refused a login for want of one, or of a better one. */
  needsToken = false;
  /** The server has refused the room: it may be another one. */
  roomRefused = false;
  /** @type {ErrorSubject} what `error` is about */
  errorAbout = 'name';

  /** The server has greeted us at least once. */
  #greeted = false;
  #name = '';
  #closeCode = 0;
  /** How often in a row the server was not reached. */
  #tries = 0;
  #grace = new Grace(() => this.#changed());
  #signaling;
  #memory;
  #tokens;
  #chat;

  /**
   * @param {Signaling} signaling
   * @param {{memory: TextMemory, tokens: TextMemory, chat: Chat, room?: string}} options
   */
  constructor(signaling, { memory, tokens, chat, room = '' }) {
    super();
    this.#signaling = signaling;
    this.#memory = memory;
    this.#tokens = tokens;
    this.#chat = chat;
    this.room = room;
    /** The name of last time, or the one just tried. */
    this.lastName = memory.load();
    /** The token that was good last time, or was brought along; '' = none. */
    this.token = tokens.load();
    signaling.addEventListener('state', ({ detail }) => this.#onState(detail));
    signaling.addEventListener('unreachable', ({ detail }) => {
      this.#tries = detail.tries;
      this.#changed();
    });
    signaling.addEventListener('login', () => this.#changed());
    signaling.addEventListener('logout', ({ detail }) => {
      this.#fail(detail.code, detail.message);
      this.#changed();
    });
    let view = this.view;
    this.addEventListener('change', () => { view = this.view; });
    chat.addEventListener('change', () => this.view === view || this.#changed());
  }

  /** Whether we are logged in, or come back by ourselves to be it again. */
  get loggedIn() {
    return this.#signaling.me !== null;
  }

  /** The name that we are logged in under, or were when the server sent us away; else ''. */
  get myName() {
    return this.#signaling.me?.name ?? this.#name;
  }

  /** @returns {View} */
  get view() {
    if (this.loggedIn || !this.#chat.empty) return 'chat';
    return this.#greeted ? 'login' : 'loading';
  }

  /**
   * What is wrong with the line to the server. A loss that is mended at once is nothing wrong, and a refusal is said
   * where one can log in beside the conversations.
   * @returns {Trouble}
   */
  get trouble() {
    const { state, retryAt } = this.#signaling;
    if (state === 'waiting' && this.#grace.over) return { kind: 'waiting', retryAt };
    if (this.#refused) return this.view === 'chat' ? { kind: 'none' } : { kind: 'refused', code: this.#closeCode };
    if (state === 'connecting' && this.#greeted && this.#grace.over) return { kind: 'connecting' };
    return { kind: 'none' };
  }

  /** The page is there, and the server behind it has never been. */
  get unreachable() {
    return !this.#greeted && this.#tries >= TRIES && this.#grace.over;
  }

  /** Whether we are logged in in another tab, and for that reason not here. */
  get elsewhere() {
    return this.#refused && this.#closeCode === RESUMED_ELSEWHERE;
  }

  /** Whether we are to stay away until the user wants to be back. */
  get #refused() {
    return this.#signaling.state === 'refused' || this.#signaling.state === 'closed';
  }

  /**
   * The best kind of ICE server that the server hands out: `relay` (TURN) also serves those who cannot connect directly.
   * @returns {'none' | 'stun' | 'relay'}
   */
  get servers() {
    const { iceServers } = this.#signaling;
    if (iceServers.length === 0) return 'none';
    return iceServers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/i.test(url))) ? 'relay' : 'stun';
  }

  /** Whether the server wants nobody's address shown to others. */
  get relayForced() {
    return this.#signaling.iceSupply.relayOnly;
  }

  /**
   * Opens the connection again if the server has refused it.
   *
   * @param {string} typed
   * @param {string} [token] for a server that wants one
   */
  async login(typed, token = '') {
    const name = typed.trim();
    const secret = token.trim();
    if (!name || this.busy) return;
    this.lastName = name;
    this.error = '';
    this.busy = true;
    this.#changed();
    if (this.#refused) this.#signaling.open();
    try {
      await this.#signaling.login({ name, room: this.room, ...(secret && { token: secret }) });
      this.#memory.save(name);
      this.roomRefused = false;
      if (secret) this.#keep(secret);
    } catch (error) {
      const { code, message } = /** @type {{code?: string, message?: string}} */ (error ?? {});
      this.#fail(code, message);
    } finally {
      this.busy = false;
      this.#changed();
    }
  }

  /**
   * Takes a token from elsewhere than the form, such as a link.
   * @param {string} token
   */
  bring(token) {
    const secret = token.trim();
    if (!secret) return;
    this.#keep(secret);
    this.#changed();
  }

  /** @param {string} token */
  #keep(token) {
    this.token = token;
    this.#tokens.save(token);
  }

  /**
   * @param {string | undefined} code
   * @param {string | undefined} message
   */
  #fail(code, message) {
    this.error = message || words.loginForm.failed; // the server may not have said why
    this.errorAbout = SUBJECTS.get(code ?? '') ?? 'name';
    this.needsToken ||= this.errorAbout === 'token';
    this.roomRefused ||= this.errorAbout === 'room';
  }

  /** The user has seen what was wrong and is mending it. */
  dismissError() {
    if (!this.error) return;
    this.error = '';
    this.#changed();
  }

  logout() {
    this.error = '';
    this.#name = '';
    this.token = '';
    this.#tokens.forget();
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
    if (state === 'ready') this.needsToken = this.#signaling.tokenRequired;
    if (state === 'online') this.#name = this.myName;
    this.#closeCode = code;
    this.#grace.follow(state === 'waiting' || state === 'connecting');
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
