// The vocabulary of the wire: close codes, error codes, and the checks that
// stand between what a server sent and what the library believes.

/**
 * WebSocket close codes (RFC 6455 section 7.4) that the server uses.
 */
export const CloseCode = Object.freeze({
  /** A goodbye. */
  NORMAL: 1000,
  /** The page went away, or the server stopped. */
  GOING_AWAY: 1001,
  /** Never on the wire: the connection was lost without a close frame. */
  ABNORMAL: 1006,
  /** A protocol violation that went on: stay away. */
  POLICY: 1008,
  /** We sent a message over the limit. */
  TOO_LARGE: 1009,
  /** A fault in the server cost this connection, or its room: come back. */
  FAULT: 1011,
  /** The server restarts: come back. */
  RESTART: 1012,
  /** Overloaded, or a cap on connections: come back later. */
  TRY_LATER: 1013,
  /** We give a socket up that no longer answers; the session is to go on with another. */
  GIVEN_UP: 4000,
  /** The session went on with another socket: stay away. */
  RESUMED_ELSEWHERE: 4001,
  /** Nobody logged in for too long: come back when there is a name. */
  LOGIN_TIMEOUT: 4002,
  /** We read too slowly. */
  TOO_SLOW: 4008,
});

/**
 * Of the server:
 * - `bad_json`: what was sent is not one JSON object in a text frame
 * - `unknown_type`: there is no such type of message
 * - `bad_message`: a field is missing, of the wrong kind or too long; the message names it
 * - `not_logged_in`: that takes a login
 * - `unknown_user`: nobody of that name is in the room
 * - `recipient_busy`: that user is behind, and the message is not delivered
 * - `name_taken`: somebody in the room has this name, or one that compares equal
 * - `bad_name`: the name is none; the message says why
 * - `bad_room`: the room's name is none; the message says why
 * - `already_logged_in`: log out first (the library says so, too)
 * - `unauthorized`: the token is missing, wrong or expired, or for another name or room
 * - `room_full`: as many are in the room as may be
 * - `server_full`: as many users or rooms are there as may be
 * - `too_large`: a message over the limit, which the message names
 *
 * The library's own:
 * - `offline`: not logged in, so it cannot be asked
 * - `refused`: the server told us to stay away
 * - `closed`: close() was called
 * - `logged_out`: logout() was called before the login was granted
 * - `timeout`: the server did not answer in time
 * - `unreachable`: the server cannot be reached, and `wait` was false
 * - `no_token`: the function that was to give a token failed
 *
 * @typedef {'bad_json' | 'unknown_type' | 'bad_message' | 'not_logged_in' | 'unknown_user' | 'recipient_busy'
 *   | 'name_taken' | 'bad_name' | 'bad_room' | 'already_logged_in' | 'unauthorized'
 *   | 'room_full' | 'server_full' | 'too_large'
 *   | 'offline' | 'refused' | 'closed' | 'logged_out' | 'timeout' | 'unreachable' | 'no_token'} ErrorCode
 */

/**
 * Another user of the room. The id is the server's and changes with every
 * login; the name is unique in the room while the user is there.
 *
 * @typedef {{ readonly id: string, readonly userName: string }} User
 */

/** @typedef {'offer' | 'answer' | 'candidate'} SignalType */

/**
 * An offer, an answer or a candidate, from or to the user `name`. `call` tells
 * one connection attempt from the next; null where the sender knows no calls.
 *
 * @typedef {{ type: SignalType, name: string, call: string | null, payload: unknown }} Signal
 */

/** Why a request to the server was not granted. */
export class SignalingError extends Error {
  /**
   * @param {string} code an ErrorCode, or a newer server's
   * @param {string} message for people
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = 'SignalingError';
    /** An ErrorCode, or a newer server's. */
    this.code = code;
  }
}

/**
 * Reads one text frame. Returns null for whatever is not a JSON object with a
 * string `type`.
 *
 * @param {unknown} data what a MessageEvent carried
 * @returns {{ type: string, [field: string]: unknown } | null}
 */
export function parseFrame(data) {
  if (typeof data !== 'string') return null;
  try {
    const frame = JSON.parse(data);
    return isObject(frame) && typeof frame.type === 'string' ? /** @type {any} */ (frame) : null;
  } catch {
    return null;
  }
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @returns {value is User}
 */
export function isUser(value) {
  return isObject(value) && typeof value.id === 'string' && typeof value.userName === 'string';
}

/**
 * Keeps the users of a list, drops what is none.
 *
 * @param {unknown} value
 * @returns {User[]}
 */
export function usersOf(value) {
  return Array.isArray(value) ? value.filter(isUser) : [];
}

/**
 * Keeps what RTCPeerConnection will accept as an ICE server.
 *
 * @param {unknown} value
 * @returns {RTCIceServer[]}
 */
export function iceServersOf(value) {
  return Array.isArray(value) ? value.filter(isIceServer) : [];
}

/**
 * @param {unknown} value
 * @returns {value is RTCIceServer}
 */
function isIceServer(value) {
  if (!isObject(value)) return false;
  const urls = typeof value.urls === 'string' ? [value.urls] : value.urls;
  return Array.isArray(urls) && urls.length > 0 && urls.every((url) => typeof url === 'string');
}

/**
 * @param {unknown} value
 * @param {'offer' | 'answer'} type
 * @returns {value is { type: 'offer' | 'answer', sdp: string }}
 */
export function isDescription(value, type) {
  return isObject(value) && value.type === type && typeof value.sdp === 'string';
}
