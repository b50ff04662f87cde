// What other clients put into offers, answers and candidates, brought into the
// one form that browsers take. The type of the message says what is in it, so
// what leaves that out is understood all the same.

import { isObject } from './protocol.js';

/** A candidate as it stands in a description (RFC 8839 section 5.1). */
const LINE = /^(a=)?candidate:/;

/**
 * @param {import('./protocol.js').Signal} signal
 * @returns {unknown} a description, an RTCIceCandidateInit, null for the end of candidates; undefined: none of these
 */
export function readPayload({ type, payload }) {
  return type === 'candidate' ? candidateIn(payload) : descriptionIn(payload, type);
}

/**
 * @param {unknown} payload a description, one without its type, or its text
 * @param {'offer' | 'answer'} type
 */
function descriptionIn(payload, type) {
  if (typeof payload === 'string') return payload.startsWith('v=0') ? { type, sdp: payload } : undefined;
  if (!isObject(payload) || typeof payload.sdp !== 'string') return undefined;
  const { type: told = type, sdp } = payload;
  return told === type || told === null ? { type, sdp } : undefined;
}

/**
 * @param {unknown} payload as browsers make them; a line of text; or `{label, id, candidate}`, as in the oldest examples
 * @returns {RTCIceCandidateInit | null | undefined}
 */
function candidateIn(payload) {
  if (payload === null || payload === '') return null;
  if (typeof payload === 'string') return LINE.test(payload) ? candidateIn({ candidate: payload }) : undefined;
  if (!isObject(payload)) return undefined;
  const { candidate, label, id } = payload;
  if (isObject(candidate)) return candidateIn(candidate);
  if (candidate === null || candidate === '') return null;
  if (typeof candidate !== 'string') return undefined;
  const { sdpMid = id ?? null, sdpMLineIndex = label ?? null, usernameFragment = null } = payload;
  return {
    candidate: candidate.replace(/^a=/, ''),
    sdpMid: typeof sdpMid === 'string' ? sdpMid : null,
    sdpMLineIndex: typeof sdpMLineIndex === 'number' ? sdpMLineIndex : null,
    usernameFragment: typeof usernameFragment === 'string' ? usernameFragment : null,
  };
}
