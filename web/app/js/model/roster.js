/** Who is listed: everybody in the room, and everybody we have a conversation with. */

import { Grace } from './grace.js';

/** @import { Signaling } from '../../lib/beckon.js' */
/** @import { Chat } from './chat.js' */
/** @import { Conversation } from './conversation.js' */

/**
 * @typedef {object} Contact
 * @property {string} key  the conversation's, or else the name
 * @property {string} name
 * @property {boolean} online in the room, as far as the server's news go
 * @property {Conversation | null} conversation
 */

/**
 * While the socket is lost, nobody knows who is there: the last known list is
 * kept and, unless it is back at once, `stale` is true until the server tells a
 * new one.
 *
 * Event `change`, without detail.
 */
export class Roster extends EventTarget {
  stale = true;
  /** @type {Set<string>} names of the others in the room */
  #online = new Set();
  /** @type {string[]} the same, as people sort */
  #sorted = [];
  #collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
  #signaling;
  #chat;
  #grace = new Grace(() => this.#update());

  /**
   * @param {Signaling} signaling
   * @param {Chat} chat
   */
  constructor(signaling, chat) {
    super();
    this.#signaling = signaling;
    this.#chat = chat;
    signaling.addEventListener('users', () => this.#update());
    signaling.addEventListener('state', () => this.#update());
    signaling.addEventListener('logout', () => this.#update());
    chat.addEventListener('change', () => this.dispatchEvent(new Event('change')));
    this.#update();
  }

  get onlineCount() {
    return this.#online.size;
  }

  /** @param {string} name */
  isOnline(name) {
    return this.#online.has(name);
  }

  /** @returns {Contact[]} those we talk to first, then by name; who was only looked at stays in place */
  get contacts() {
    const talks = Array.from(this.#chat.conversations).filter(({ begun, name }) => begun || !this.#online.has(name)).sort((a, b) =>
      a.name === b.name ? Number(a.former) - Number(b.former) : this.#compare(a.name, b.name));
    const contacts = talks.map((conversation) => {
      const { key, name, former } = conversation;
      return { key, name, online: !former && this.#online.has(name), conversation };
    });
    const others = this.#sorted.filter((name) => !this.#chat.get(name)?.begun);
    return [...contacts, ...others.map((name) => ({ key: name, name, online: true, conversation: this.#chat.get(name) }))];
  }

  #update() {
    const { state, me, users } = this.#signaling;
    const told = state === 'online';
    this.#grace.follow(!told && me !== null);
    this.stale = !told && (!me || this.#grace.over);
    if (told) this.#become(new Set(Array.from(users.values(), (user) => user.userName)));
    else if (!me) this.#become(new Set());
    this.dispatchEvent(new Event('change'));
  }

  /**
   * Sorts those who are new into the others: to sort a large room anew with
   * every change would keep the page busy.
   *
   * @param {Set<string>} online
   */
  #become(online) {
    const stayed = this.#sorted.filter((name) => online.has(name));
    const fresh = [...online].filter((name) => !this.#online.has(name)).sort((a, b) => this.#compare(a, b));
    this.#online = online;
    this.#sorted = merge(stayed, fresh, (a, b) => this.#compare(a, b));
  }

  /** @param {string} a @param {string} b */
  #compare(a, b) {
    return this.#collator.compare(a, b) || (a < b ? -1 : 1);
  }
}

/**
 * @param {string[]} many sorted
 * @param {string[]} few sorted; each finds its place by halving
 * @param {(a: string, b: string) => number} compare
 * @returns {string[]} both, sorted
 */
function merge(many, few, compare) {
  const all = [];
  let taken = 0;
  for (const name of few) {
    let end = many.length;
    for (let start = taken; start < end;) {
      const middle = (start + end) >> 1;
      if (compare(many[middle], name) < 0) start = middle + 1;
      else end = middle;
    }
    while (taken < end) all.push(many[taken++]);
    all.push(name);
  }
  while (taken < many.length) all.push(many[taken++]);
  return all;
}
