// The dialect beckon.v1: news of others comes in batches, and a session
// outlives its socket. All else is as in the plain dialect.

import { plain, readers as plainReaders, readWith } from './dialect-plain.js';
import { usersOf } from './protocol.js';

/** @typedef {import('./dialect-plain.js').Fields} Fields */
/** @typedef {import('./dialect-plain.js').Notice} Notice */

/** @type {typeof plainReaders} */
const readers = new Map([...plainReaders, ['login', readLogin], ['presence', readPresence]]);

/**
 * @param {import('./resumption.js').Resumption} resumption of the session; is told of every frame
 * @returns {import('./dialect-plain.js').Dialect}
 */
export function dialectV1(resumption) {
  return Object.freeze({
    subprotocol: 'beckon.v1',
    login: (request) => ({ ...plain.login(request), ...resumption.claim() }),
    read(data) {
      if (typeof data === 'string') resumption.heard();
      return readWith(readers, data);
    },
  });
}

/** @param {Fields} frame @returns {Notice | null} */
function readLogin(frame) {
  const notice = plainReaders.get('login')?.(frame) ?? null;
  if (notice?.kind !== 'accepted') return notice;
  const session = typeof frame.session === 'string' ? frame.session : null;
  return { ...notice, session, resumed: frame.resumed === true };
}

/** @param {Fields} frame @returns {Notice} */
function readPresence({ left, joined }) {
  return { kind: 'presence', left: usersOf(left), joined: usersOf(joined) };
}
