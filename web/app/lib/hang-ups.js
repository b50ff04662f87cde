// What we hung up stays so, until somebody wants it otherwise. The other side may
// not have heard of it: we were cut off from the server, or it was just about to
// renew the connection. So who renews what was hung up is refused, which is plain
// from the call's id (see renewalOf in call.js), and what may not have arrived is
// said again. Any other call is one that somebody makes, and is a call like the
// first; nor is anything refused while there is a connection to that user, or one
// is wanted: then both want it.

import { rootOf, stamped } from './call.js';
import { nameKey } from './names.js';

/** So many are remembered; the oldest go first. */
const MOST = 256;
/** What was said so shortly before the line was lost may have been lost with it, in ms: so long that may go unnoticed. */
const UNSURE = 60_000;

/**
 * @typedef {object} HangUp
 * @property {string} name whom we hung up on
 * @property {string | null} call
 * @property {string} as the name that we had: under another it is not for us to say
 * @property {number} dueUntil so long it is said (again) at the next occasion, on the clock of performance.now()
 */

/**
 * @typedef {object} HangUpsDeps
 * @property {() => string} me our name
 * @property {(message: import('./call.js').Message) => boolean} send false: not sent
 */

export class HangUps {
  #deps;
  /** @type {Map<string, HangUp>} by user and root of the call, oldest first */
  #all = new Map();

  /** @param {HangUpsDeps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  /**
   * @param {string} name
   * @param {string | null} call
   * @returns {() => boolean} tells the other side; false: that could not be done yet
   */
  add(name, call) {
    /** @type {HangUp} */
    const hangUp = { name, call, as: this.#deps.me(), dueUntil: Infinity };
    const key = keyOf(name, call);
    this.#all.delete(key);
    this.#all.set(key, hangUp);
    for (const oldest of this.#all.keys()) {
      if (this.#all.size <= MOST) break;
      this.#all.delete(oldest);
    }
    return () => this.#tell(hangUp);
  }

  /**
   * Whether that is a call which we hung up, or renews one. A client without calls makes a new one each time.
   *
   * @param {string} name
   * @param {string | null} call
   */
  has(name, call) {
    return call !== null && this.#all.has(keyOf(name, call));
  }

  /**
   * Tells users what they may not have heard: they are there, and so are we.
   *
   * @param {Set<string>} keys of the users, from nameKey()
   * @param {(name: string) => boolean} moot whether there is another connection to that user by now, or is to be
   */
  tellAgain(keys, moot) {
    for (const hangUp of this.#all.values()) {
      const { name, as, dueUntil } = hangUp;
      if (performance.now() >= dueUntil || !keys.has(nameKey(name))) continue;
      if (moot(name) || nameKey(as) !== nameKey(this.#deps.me())) hangUp.dueUntil = 0;
      else this.#tell(hangUp);
    }
  }

  /** @param {HangUp} hangUp */
  #tell(hangUp) {
    const told = this.#deps.send(stamped({ type: 'leave', name: hangUp.name }, hangUp.call));
    if (told) hangUp.dueUntil = performance.now() + UNSURE;
    return told;
  }
}

/** @param {string} name @param {string | null} call @returns {string} no name has a line break */
function keyOf(name, call) {
  return `${nameKey(name)}\n${rootOf(call) ?? ''}`;
}
