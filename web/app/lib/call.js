// The id that tells one attempt to connect from the next, and what it has to do with those before.

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

/** `ROOT` of a call, `ROOT.REST` of what renews it: ids of other clients are never taken for either. */
const OURS = /^([0-9a-f]{24})(?:\.[0-9a-f]{24})?$/;

/**
 * The id of an attempt that renews a connection which was lost. It names the call that the connection began with: on the
 * wire nothing else tells a renewal, which nobody asked for, from a call that somebody makes.
 *
 * @param {string | null} call that is renewed
 */
export function renewalOf(call) {
  const root = OURS.exec(call ?? '')?.[1];
  return root ? `${root}.${newCall()}` : newCall();
}

/**
 * What a call and all its renewals have in common.
 *
 * @template {string | null} Call
 * @param {Call} call
 */
export function rootOf(call) {
  return OURS.exec(call ?? '')?.[1] ?? call;
}

/**
 * @param {Message} message
 * @param {string | null} call left out if there is none
 */
export function stamped(message, call) {
  return call === null ? message : { ...message, call };
}
