/** For whom something is written: a name alone may be another's some day. */

/** @import { Identity } from '../../lib/beckon.js' */

/** Becomes better known with time, and stays the same person for all that was written for them. */
export class Person {
  /** @param {Identity} identity as far as it is known */
  constructor(identity) {
    this.identity = identity;
  }

  /**
   * Whether both are one person for certain.
   * @param {Person} other
   */
  is(other) {
    return this === other || surelySame(this.identity, other.identity);
  }

  /**
   * Takes in who somebody is, if it is this person for certain.
   *
   * @param {Identity} identity
   * @returns {boolean} false: it may be another
   */
  recognize(identity) {
    if (!surelySame(this.identity, identity)) return false;
    if (identity.fingerprint !== '') this.identity = identity;
    return true;
  }
}

/**
 * By one login, for which the server answers and which it does not survive, or by one certificate, which is proven.
 *
 * @param {Identity} one
 * @param {Identity} other
 */
function surelySame(one, other) {
  return (one.id !== '' && one.id === other.id) || (one.fingerprint !== '' && one.fingerprint === other.fingerprint);
}
