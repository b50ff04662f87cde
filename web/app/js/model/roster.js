/** Who is listed: everybody in the room, and everybody we have a conversation with. */

import { Grace } from './grace.js';

/** @import { Signaling } from '../../lib/beckon.js' */
/** @import { Chat } from './chat.js' */
/** @import { Conversation } from './conversation.js' */

/**
 * @typedef {object} Contact
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

  /** @returns {Contact[]} those we have a conversation with first, then by name */
  get contacts() {
    const names = new Set(this.#online);
    for (const { name } of this.#chat.conversations) names.add(name);
    const contacts = Array.from(names, (name) => ({
      name,
      online: this.#online.has(name),
      conversation: this.#chat.get(name),
    }));
    return contacts.sort((a, b) =>
      Number(b.conversation !== null) - Number(a.conversation !== null)
      || this.#collator.compare(a.name, b.name)
      || (a.name < b.name ? -1 : 1));
  }

  #update() {
    const { state, me, users } = this.#signaling;
    const told = state === 'online';
    this.#grace.follow(!told && me !== null);
    this.stale = !told && (!me || this.#grace.over);
    if (told) this.#online = new Set(Array.from(users.values(), (user) => user.userName));
    else if (!me) this.#online.clear();
    this.dispatchEvent(new Event('change'));
  }
}
