/**
 * What two pages of this client say to each other beside messages: JSON objects
 * that begin with `{"chat.v1":`. Nobody else is ever sent one. Who made the data
 * channel has named a subprotocol for it, which other clients ignore; the other
 * side may speak of that, and only then may the first.
 */

import { MAX_TIME } from './message.js';

/**
 * - `hello`: who we are, once per channel from each side, before any number
 * - `seen`: all messages up to this number have arrived
 * - `other`: of a later version; to be ignored
 *
 * @typedef {object} Hello
 * @property {string} from who says it: another word for every Conversation that ever was
 * @property {string} to   whom we know at the other end; '' if nobody yet
 * @property {number} seen the last number that arrived from there
 * @property {boolean} ask whether we wait for a hello
 * @property {readonly string[] | null} bare the times of what has arrived without a number over channels of theirs, the last
 *   ones; null: of an earlier version, which does not tell
 *
 * @typedef {{kind: 'other'} | {kind: 'seen', seen: number} | {kind: 'hello'} & Hello} Control
 */

const VERSION = 'chat.v1';

/** All frames begin so. */
const BEGIN = `{"${VERSION}":`;

/** So many times are told at most. */
export const MAX_BARE = 100;
/** The longest control frame, in UTF-16 code units: several times what the longest of ours has. */
const MAX_CONTROL = 16_384;

/** Longest word for who somebody is, in UTF-16 code units. */
const MAX_WHO = 64;

/**
 * The subprotocol for the channels that one page makes: another for each page,
 * so that it knows its own. (randomUUID would ask for a secure page.)
 */
export function newProtocol() {
  return `${VERSION} ${newWho()}`;
}

/**
 * Whether a page of this client has made that channel.
 * @param {string} protocol the channel's
 */
export function isProtocol(protocol) {
  return protocol.startsWith(`${VERSION} `);
}

/** A word that nobody else has. */
export function newWho() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {Control} control */
export function encodeControl({ kind, ...members }) {
  return JSON.stringify({ [VERSION]: kind, ...members });
}

/**
 * @param {unknown} data what came out of a data channel
 * @returns {Control | null} null: something to be shown
 */
export function decodeControl(data) {
  if (typeof data !== 'string' || data.length > MAX_CONTROL || !data.startsWith(BEGIN)) return null;
  try {
    return checked(JSON.parse(data));
  } catch {
    return null;
  }
}

/** @param {any} frame @returns {Control} */
function checked({ [VERSION]: kind, from, to, seen, ask, bare }) {
  const counted = Number.isSafeInteger(seen) && seen >= 0;
  if (kind === 'seen' && counted) return { kind, seen };
  if (kind === 'hello' && counted && isWho(from) && from && isWho(to)) {
    return { kind, from, to, seen, ask: ask === true, bare: Array.isArray(bare) ? bare.filter(isTime).slice(0, MAX_BARE) : null };
  }
  return { kind: 'other' };
}

/** @param {unknown} value */
function isTime(value) {
  return typeof value === 'string' && value.length <= MAX_TIME;
}

/** @param {unknown} value */
function isWho(value) {
  return typeof value === 'string' && value.length <= MAX_WHO;
}
