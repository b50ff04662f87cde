// Who is in the room.

/** @typedef {import('./protocol.js').User} User */
/** @typedef {{ left: User[], joined: User[] }} Change apply left, then joined */

export class Roster {
  /** @type {Map<string, User>} by id */
  #users = new Map();

  /** @returns {ReadonlyMap<string, User>} the others by id, kept up to date */
  get users() {
    return this.#users;
  }

  /**
   * @param {Change} change
   * @param {string | undefined} self our own id, which is not listed
   * @returns {Change} what of it was new to us
   */
  apply({ left, joined }, self) {
    const gone = left.filter(({ id }) => this.#users.delete(id));
    const come = joined.filter(({ id }) => id !== self && !this.#users.has(id));
    for (const user of come) this.#users.set(user.id, user);
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
    this.#users.clear();
    for (const user of users) this.#users.set(user.id, user);
  }

  /** @returns {boolean} whether there was anybody */
  clear() {
    const { size } = this.#users;
    this.#users.clear();
    return size > 0;
  }
}
