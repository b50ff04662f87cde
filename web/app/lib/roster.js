// Who is in the room.

import { nameKey } from './names.js';

/** @typedef {import('./protocol.js').User} User */
/** @typedef {{ left: User[], joined: User[] }} Change apply left, then joined */

export class Roster {
  /** @type {Map<string, User>} by id */
  #users = new Map();
  /** @type {Map<string, User>} the same by nameKey */
  #named = new Map();

  /** @returns {ReadonlyMap<string, User>} the others by id, kept up to date */
  get users() {
    return this.#users;
  }

  /** @param {string} name in any spelling */
  named(name) {
    return this.#named.get(nameKey(name));
  }

  /**
   * @param {Change} change
   * @param {string | undefined} self our own id, which is not listed
   * @returns {Change} what of it was new to us
   */
  apply({ left, joined }, self) {
    const gone = left.filter(({ id }) => this.#remove(id));
    const come = joined.filter(({ id }) => id !== self && !this.#users.has(id));
    for (const user of come) this.#add(user);
    return { left: gone, joined: come };
  }

  /**
   * @param {User[]} users the room as it is now
   * @returns {Change} what it takes to get there
   */
  changeTo(users) {
    const ids = new Set(users.map(({ id }) => id));
    return { left: [...this.#users.values()].filter(({ id }) => !ids.has(id)), joined: users };
  }

  /** @param {User[]} users the room as it is now */
  replace(users) {
    this.clear();
    for (const user of users) this.#add(user);
  }

  /** @returns {boolean} whether there was anybody */
  clear() {
    const { size } = this.#users;
    this.#users.clear();
    this.#named.clear();
    return size > 0;
  }

  /** @param {User} user */
  #add(user) {
    this.#users.set(user.id, user);
    this.#named.set(nameKey(user.userName), user);
  }

  /** @param {string} id @returns {boolean} whether that user was listed */
  #remove(id) {
    const user = this.#users.get(id);
    if (user && this.named(user.userName) === user) this.#named.delete(nameKey(user.userName));
    return this.#users.delete(id);
  }
}
