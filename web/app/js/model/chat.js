/** All conversations of this page, and which one is being looked at. */

import { Conversation } from './conversation.js';

/** @import { Identity, Peer, Peers } from '../../lib/beckon.js' */

/**
 * @typedef {object} ChatOptions
 * @property {string} protocol of the data channels that `peers` makes
 * @property {(name: string) => string} idOf the server's id of who has that name now, '' if nobody is listed
 * @property {() => number} [now] the clock, ms since the epoch
 * @property {() => boolean} [mayOpen] whether somebody else's call may bring
 *   its conversation into view when none is (on a phone it would swap panes
 *   under the thumb)
 */

/**
 * Events, plain ones without detail:
 * - `change`: a conversation came, went, changed state or unread count
 * - `selection`: `selected` is another one
 * - `message`: somebody said something, we or they
 * - `delivery`: what has become of some message: `waiting`
 *
 * And, with a Conversation as detail, `incoming` when somebody else connects, and `unread` when a message comes that
 * nobody is looking at.
 */
export class Chat extends EventTarget {
  /** @type {Map<string, Conversation>} by key: the name, except of one with somebody who had the name before */
  #conversations = new Map();
  /** @type {Conversation | null} */
  #selected = null;
  /** @type {Set<Peer>} who calls us, and is not connected yet */
  #calling = new Set();
  #attended = true;
  #peers;
  #protocol;
  #idOf;
  #now;
  #mayOpen;
  #formers = 0;

  /**
   * @param {Peers} peers
   * @param {ChatOptions} options
   */
  constructor(peers, { protocol, idOf, now = Date.now, mayOpen = () => true }) {
    super();
    this.#peers = peers;
    this.#protocol = protocol;
    this.#idOf = idOf;
    this.#now = now;
    this.#mayOpen = mayOpen;
    peers.addEventListener('peer', ({ detail }) => detail.incoming ? this.#called(detail.peer) : this.#adopt(detail.peer));
  }

  /** @returns {Iterable<Conversation>} */
  get conversations() {
    return this.#conversations.values();
  }

  /** Whether there is no conversation, not even one that has ended. */
  get empty() {
    return this.#conversations.size === 0;
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

  /** Messages of ours that have not arrived yet, in all conversations together. */
  get waiting() {
    let sum = 0;
    for (const { waiting } of this.#conversations.values()) sum += waiting;
    return sum;
  }

  /**
   * Whether we have been connected with that very person, or called them, and did not hang up in the end.
   * @param {Peer} peer
   */
  isWelcome(peer) {
    return Array.from(this.#conversations.values()).some((talk) =>
      talk.name === peer.name && talk.begun && talk.isSurelyWith(peer) && !talk.hungUp);
  }

  /** @param {string} key a name: the conversation with whoever has it now */
  get(key) {
    return this.#conversations.get(key) ?? null;
  }

  /**
   * Connects to somebody, again if need be, and brings the conversation into view. Somebody else who has the name now
   * is connected to only if that is known, and asked for all the same: as another. One who calls is let in by accept() alone.
   *
   * @param {string} name
   */
  connect(name) {
    const known = this.get(name);
    const caller = this.#peers.get(name);
    const replaced = known !== null && !known.live && known.reason === 'replaced';
    if (replaced) this.#retire(known);
    else if (known && caller && !known.isWith(caller)) return;
    const proven = !replaced && known?.identity.fingerprint;
    const peer = this.#peers.connect(name, proven ? { identity: known.identity } : {});
    this.select(this.#adopt(peer).key);
  }

  /**
   * Lets in who calls, whoever had the name before, and brings the conversation into view.
   * @param {Peer} peer
   */
  accept(peer) {
    peer.accept();
    this.select(this.#adopt(peer).key);
  }

  /**
   * Says something, and calls them first if there is no connection: it goes as soon as there is one. Where it turns out
   * to be somebody else who has the name now, that is another conversation, and nothing is said. Nor is whoever calls by
   * that name at this moment let in by it, unless that is whom it is for.
   *
   * @param {Conversation} conversation
   * @param {string} text
   * @param {string} myName
   * @returns {boolean} false: it was not said, and is not in the history
   */
  say(conversation, text, myName) {
    if (!conversation.live) {
      const caller = this.#peers.get(conversation.name);
      if (caller && !conversation.isSurelyWith(caller)) return false;
      if (!conversation.callable || !conversation.hasRoomFor(text)) return false;
      this.connect(conversation.name);
    }
    return conversation.send(text, myName);
  }

  /**
   * Hangs up; the conversation stays, to be read.
   * @param {string} key
   */
  disconnect(key) {
    this.get(key)?.hangUp();
  }

  /**
   * Brings the conversation with somebody into view, and calls nobody: until something is written there it is there for
   * as long as it is looked at.
   *
   * @param {string} key
   */
  open(key) {
    if (!this.get(key)) {
      this.#start(key);
      this.#changed();
    }
    this.select(key);
  }

  /**
   * Brings a conversation into view, which reads it; null: none.
   * @param {string | null} key
   */
  select(key) {
    const before = this.#selected;
    const conversation = key === null ? null : this.get(key);
    if (conversation === before) return;
    this.#selected = conversation;
    this.dispatchEvent(new Event('selection'));
    if (before?.blank) this.close(before.key);
    this.#read();
  }

  /**
   * Hangs up and forgets what was said.
   * @param {string} key
   */
  close(key) {
    const conversation = this.get(key);
    if (!conversation) return;
    if (conversation === this.#selected) this.select(null);
    this.#conversations.delete(key);
    conversation.dispose();
    this.#changed();
  }

  /** Hangs up on everybody and forgets it all, as when logging out. */
  clear() {
    for (const key of [...this.#conversations.keys()]) this.close(key);
    for (const peer of this.#calling) peer.close();
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
   * Anybody may call, by any name and with any claim, so a call alone is nothing to be shown.
   *
   * @param {Peer} peer
   */
  #called(peer) {
    this.#calling.add(peer);
    const follow = () => {
      if (peer.state === 'connecting') return;
      peer.removeEventListener('state', follow);
      this.#calling.delete(peer);
      if (peer.state === 'open') this.#connected(peer);
    };
    peer.addEventListener('state', follow);
  }

  /** @param {Peer} peer who called us */
  #connected(peer) {
    const conversation = this.#adopt(peer);
    if (!this.#selected && this.#mayOpen()) this.select(conversation.key);
    this.dispatchEvent(new CustomEvent('incoming', { detail: conversation }));
  }

  /** @param {Peer} peer */
  #adopt(peer) {
    const conversation = this.#find(peer) ?? this.#start(peer.name, peer.identity);
    conversation.attach(peer);
    return conversation;
  }

  /**
   * The conversation with that very person, who has the name now.
   *
   * @param {Peer} peer
   * @returns {Conversation | null} null: there is none; if there was one with somebody else of that name, it is a former one now
   */
  #find(peer) {
    const current = this.get(peer.name);
    if (!current || current.isWith(peer)) return current;
    this.#retire(current);
    for (const former of this.#conversations.values()) {
      if (former.name === peer.name && former !== current && former.isWith(peer)) return this.#restore(former);
    }
    return null;
  }

  /**
   * Somebody else has the name.
   * @param {Conversation} conversation
   */
  #retire(conversation) {
    this.#conversations.delete(conversation.key);
    conversation.key = `${conversation.name}\n${++this.#formers}`; // no name has a line break
    conversation.former = true;
    this.#conversations.set(conversation.key, conversation);
    this.#changed();
  }

  /** @param {Conversation} conversation */
  #restore(conversation) {
    this.#conversations.delete(conversation.key);
    conversation.key = conversation.name;
    conversation.former = false;
    this.#conversations.set(conversation.key, conversation);
    this.#changed();
    return conversation;
  }

  /** @param {string} name @param {Identity} [identity] of who calls */
  #start(name, identity) {
    const known = identity?.fingerprint ? identity : { id: this.#idOf(name), fingerprint: '' };
    const conversation = new Conversation(name, { now: this.#now, protocol: this.#protocol, identity: known });
    conversation.another = Array.from(this.#conversations.values()).some((other) => other.name === name);
    this.#conversations.set(name, conversation);
    conversation.addEventListener('state', () => this.#changed());
    conversation.addEventListener('message', () => {
      this.dispatchEvent(new Event('message'));
      this.#count(conversation);
    });
    conversation.addEventListener('delivery', () => this.dispatchEvent(new Event('delivery')));
    return conversation;
  }

  /** @param {Conversation} conversation */
  #count(conversation) {
    if (conversation.messages.at(-1)?.mine) return;
    if (conversation === this.#selected && this.#attended) return;
    conversation.unread++;
    this.dispatchEvent(new CustomEvent('unread', { detail: conversation }));
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
