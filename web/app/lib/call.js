// The id that tells one attempt to connect from the next.

/**
 * A message of the protocol.
 *
 * @typedef {{ type: string, [field: string]: unknown }} Message
 */

/** A call id: opaque, at most 64 bytes. (randomUUID would ask for a secure page.) */
export function newCall() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param {Message} message
 * @param {string | null} call left out if there is none
 */
export function stamped(message, call) {
  return call === null ? message : { ...message, call };
}
