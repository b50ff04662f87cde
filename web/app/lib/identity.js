// Who somebody is, apart from what they are called: a name passes on to others.

/**
 * @typedef {object} Identity
 * @property {string} id the server's, of one login; '' if it was not in the roster
 * @property {string} fingerprint of the certificate, such as `sha-256 AB:CD:…`; '' until the other side has spoken
 */

/** @type {Identity} */
export const NOBODY = Object.freeze({ id: '', fingerprint: '' });

/**
 * Whether both are one person, as far as anybody can tell: one login, for which the server answers, or one certificate,
 * which is proven. Somebody who is not known yet may be anybody.
 *
 * @param {Identity} one
 * @param {Identity} other
 */
export function sameIdentity(one, other) {
  if (one.fingerprint === '' || other.fingerprint === '') return true;
  return one.fingerprint === other.fingerprint || (one.id !== '' && one.id === other.id);
}
