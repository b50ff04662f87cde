/** All conversations of this page, and which one is being looked at. */

import { Conversation } from './conversation.js';

/** @import { Peer, Peers } from '../../lib/beckon.js' */

/**
 * @typedef {object} ChatOptions
 * @property {string} protocol of the data channels that `peers` makes
 * @property {() => number} [now] the clock, ms since the epoch
 * @property {() => boolean} [mayOpen] whether somebody else's call may bring
 *   its conversation into view when none is (on a phone it would swap panes
 *   under the thumb)
 */

/**
 * Events, plain ones without detail:
 * - `change`: a conversation came, went, changed state or unread count
 * - `selection`: `selected` is another one
 *
 * And `incoming` (detail: the Conversation) when somebody else connects.
 */
export class Chat extends EventTarget {
  /** @type {Map<string, Conversation>} by display name */
  #conversations = new Map();
  /** @type {Conversation | null} */
  #selected = null;
  #attended = true;
  #peers;
  #protocol;
  #now;
  #mayOpen;

  /**
   * @param {Peers} peers
   * @param {ChatOptions} options
   */
  constructor(peers, { protocol, now = Date.now, mayOpen = () => true }) {
    super();
    this.#peers = peers;
    this.#protocol = protocol;
    this.#now = now;
    this.#mayOpen = mayOpen;
    peers.addEventListener('peer', ({ detail }) => this.#adopt(detail.peer, detail.incoming));
  }

  /** @returns {Iterable<Conversation>} */
  get conversations() {
    return this.#conversations.values();
  }

  get selected() {
    return this.#selected;
  }

  /** Unread messages in all conversations together. */
  get unread() {
    let sum = 0;
    for (const { unread } of this.#conversations.values()) sum += unread;
    return sum;
  }

  /** @param {string} name */
  get(name) {
    return this.#conversations.get(name) ?? null;
  }

  /**
   * Connects to somebody, again if need be, and brings the conversation into view.
   * @param {string} name
   */
  connect(name) {
    const conversation = this.#adopt(this.#peers.connect(name), false);
    this.select(conversation.name);
  }

  /**
   * Hangs up; the conversation stays, to be read.
   * @param {string} name
   */
  disconnect(name) {
    this.get(name)?.hangUp();
  }

  /**
   * Brings a conversation into view, which reads it; null: none.
   * @param {string | null} name
   */
  select(name) {
    const conversation = name === null ? null : this.get(name);
    if (conversation === this.#selected) return;
    this.#selected = conversation;
    this.dispatchEvent(new Event('selection'));
    this.#read();
  }

  /**
   * Hangs up and forgets what was said.
   * @param {string} name
   */
  close(name) {
    const conversation = this.get(name);
    if (!conversation) return;
    if (conversation === this.#selected) this.select(null);
    this.#conversations.delete(name);
    conversation.dispose();
    this.#changed();
  }

  /** Hangs up on everybody and forgets it all, as when logging out. */
  clear() {
    for (const name of [...this.#conversations.keys()]) this.close(name);
  }

  /**
   * Tells whether somebody can see the page: what comes while nobody can is
   * unread even in the selected conversation.
   * @param {boolean} attended
   */
  attend(attended) {
    this.#attended = attended;
    this.#read();
  }

  /**
   * @param {Peer} peer
   * @param {boolean} incoming
   */
  #adopt(peer, incoming) {
    const conversation = this.get(peer.name) ?? this.#start(peer.name);
    conversation.attach(peer);
    if (incoming) {
      if (!this.#selected && this.#mayOpen()) this.select(conversation.name);
      this.dispatchEvent(new CustomEvent('incoming', { detail: conversation }));
    }
    return conversation;
  }

  /** @param {string} name */
  #start(name) {
    const conversation = new Conversation(name, { now: this.#now, protocol: this.#protocol });
    this.#conversations.set(name, conversation);
    conversation.addEventListener('state', () => this.#changed());
    conversation.addEventListener('message', () => this.#count(conversation));
    return conversation;
  }

  /** @param {Conversation} conversation */
  #count(conversation) {
    if (conversation.messages.at(-1)?.mine) return;
    if (conversation === this.#selected && this.#attended) return;
    conversation.unread++;
    this.#changed();
  }

  #read() {
    if (!this.#attended || !this.#selected?.unread) return;
    this.#selected.unread = 0;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
