// The plain dialect: no WebSocket subprotocol, one presence frame per change.
// A dialect turns frames into notices, so that the rest of the library does
// not depend on how the news was packed.

import { iceServersOf, isUser, parseFrame, usersOf } from './protocol.js';

/**
 * @typedef {import('./protocol.js').User} User
 * @typedef {import('./protocol.js').Signal} Signal
 */

/**
 * What a frame means to us.
 *
 * @typedef {{ kind: 'greeting', tokenRequired: boolean }} Greeting the first frame on every socket; tokenRequired: by a login
 * @typedef {{ kind: 'accepted', id: string, name: string, room: string, users: User[], iceServers: RTCIceServer[], relayOnly: boolean, ttl: number, session: string | null, resumed: boolean }} Accepted
 *   ttl of the ICE servers: in seconds, 0: for ever; session: the secret to resume by, null in this dialect
 * @typedef {{ kind: 'rejected', code: string, message: string }} Rejected a failed login
 * @typedef {{ kind: 'presence', left: User[], joined: User[] }} Presence apply left, then joined
 * @typedef {{ kind: 'signal', signal: Signal }} SignalNotice
 * @typedef {{ kind: 'hangup', name: string, call: string | null }} Hangup
 * @typedef {{ kind: 'ice', iceServers: RTCIceServer[], relayOnly: boolean, ttl: number }} Ice ttl: as above
 * @typedef {{ kind: 'pong', data: string }} Pong
 * @typedef {{ kind: 'error', code: string, message: string, name: string | null }} ErrorNotice
 * @typedef {Greeting | Accepted | Rejected | Presence | SignalNotice | Hangup | Ice | Pong | ErrorNotice} Notice
 */

/** @typedef {{ name: string, room?: string, token?: string }} LoginFields what a login says */

/**
 * @typedef {object} Dialect
 * @property {string} subprotocol by which it is chosen in the WebSocket handshake; '' for none
 * @property {(fields: LoginFields) => object} login makes the login frame
 * @property {(data: unknown) => Notice | null} read null: nothing that we know
 */

/** @typedef {{ [field: string]: unknown }} Fields */

/**
 * One reader per frame type; a reader returns null for a frame that lacks what
 * it needs. `removeUser` repeats `leave` for the sake of some other clients
 * and has no reader.
 *
 * @type {ReadonlyMap<string, (frame: Fields) => Notice | null>}
 */
export const readers = new Map(Object.entries({
  connect: ({ tokenRequired }) => /** @type {Greeting} */ ({ kind: 'greeting', tokenRequired: tokenRequired === true }),
  login: readLogin,
  updateUsers: readJoined,
  leave: readLeave,
  offer: (/** @type {Fields} */ frame) => readSignal('offer', frame),
  answer: (/** @type {Fields} */ frame) => readSignal('answer', frame),
  candidate: (/** @type {Fields} */ frame) => readSignal('candidate', frame),
  ice: readIce,
  pong: (/** @type {Fields} */ frame) => /** @type {Pong} */ ({ kind: 'pong', data: text(frame.data) }),
  error: readError,
}));

/** @type {Dialect} */
export const plain = Object.freeze({
  subprotocol: '',
  login: ({ name, room, token }) => ({ type: 'login', name, room: room || undefined, token }),
  read: (data) => readWith(readers, data),
});

/**
 * @param {typeof readers} dialect its readers
 * @param {unknown} data what a MessageEvent carried
 * @returns {Notice | null}
 */
export function readWith(dialect, data) {
  const frame = parseFrame(data);
  return frame === null ? null : (dialect.get(frame.type)?.(frame) ?? null);
}

/** @param {Fields} frame @returns {Notice | null} */
function readLogin(frame) {
  if (frame.success !== true) {
    return { kind: 'rejected', code: text(frame.code), message: text(frame.message) };
  }
  const { id, name } = frame;
  if (typeof id !== 'string' || typeof name !== 'string') return null;
  return {
    kind: 'accepted',
    id,
    name,
    room: text(frame.room),
    users: usersOf(frame.users),
    iceServers: iceServersOf(frame.iceServers),
    ...readTerms(frame.iceTransportPolicy, frame.iceTtl),
    session: null,
    resumed: false,
  };
}

/** @param {Fields} frame @returns {Notice | null} */
function readJoined({ user }) {
  return isUser(user) ? { kind: 'presence', left: [], joined: [user] } : null;
}

/**
 * `leave` has two meanings: with `user` somebody left the room, with `name`
 * that user hung up on us.
 *
 * @param {Fields} frame
 * @returns {Notice | null}
 */
function readLeave(frame) {
  if (isUser(frame.user)) return { kind: 'presence', left: [frame.user], joined: [] };
  const call = readCall(frame);
  if (typeof frame.name !== 'string' || call === undefined) return null;
  return { kind: 'hangup', name: frame.name, call };
}

/** @param {import('./protocol.js').SignalType} type @param {Fields} frame @returns {Notice | null} */
function readSignal(type, frame) {
  const call = readCall(frame);
  if (typeof frame.name !== 'string' || call === undefined || !(type in frame)) return null;
  return { kind: 'signal', signal: { type, name: frame.name, call, payload: frame[type] } };
}

/** @param {Fields} frame @returns {Notice | null} */
function readIce(frame) {
  if (!Array.isArray(frame.iceServers)) return null;
  return { kind: 'ice', iceServers: iceServersOf(frame.iceServers), ...readTerms(frame.iceTransportPolicy, frame.ttl) };
}

/**
 * How the ICE servers may be used, and for how long.
 *
 * @param {unknown} policy
 * @param {unknown} ttl in seconds; none: for ever
 */
function readTerms(policy, ttl) {
  return { relayOnly: policy === 'relay', ttl: typeof ttl === 'number' && ttl > 0 ? ttl : 0 };
}

/** @param {Fields} frame @returns {Notice | null} */
function readError(frame) {
  const name = typeof frame.name === 'string' ? frame.name : null;
  return { kind: 'error', code: text(frame.code), message: text(frame.message), name };
}

/** @param {Fields} frame @returns {string | null | undefined} undefined: not a legal call */
function readCall({ call }) {
  if (call === undefined || call === null) return null;
  return typeof call === 'string' ? call : undefined;
}

/** @param {unknown} value */
function text(value) {
  return typeof value === 'string' ? value : '';
}
