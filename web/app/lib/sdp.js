// The little that the library reads and writes in session descriptions.

/**
 * The session that a description belongs to: user name and session id of its
 * o= line (RFC 8866 section 5.2). They stay the same for all descriptions that
 * one RTCPeerConnection makes (RFC 8829 section 5.2.1), so a different session
 * means a different connection, a reloaded page for example.
 *
 * @param {string} sdp
 * @returns {string} '' if there is no o= line
 */
export function sessionOf(sdp) {
  return /^o=(\S+ \S+)/m.exec(sdp)?.[1] ?? '';
}

/**
 * Says to which part of a description a candidate belongs, where that is left out or names none: with one part there is
 * no doubt. (RFC 8829 section 4.1.20)
 *
 * @param {RTCIceCandidateInit} candidate
 * @param {string} sdp the description
 * @returns {RTCIceCandidateInit}
 */
export function placed(candidate, sdp) {
  const { sdpMid, sdpMLineIndex } = candidate;
  const mids = Array.from(sdp.matchAll(/^a=mid:(\S+)/gm), ([, mid]) => mid);
  const parts = sdp.match(/^m=/gm)?.length ?? 0;
  if (typeof sdpMid === 'string' && mids.includes(sdpMid)) return candidate;
  const indexed = typeof sdpMLineIndex === 'number' && sdpMLineIndex < parts;
  if (!indexed && parts !== 1) return candidate;
  return { ...candidate, sdpMid: null, sdpMLineIndex: indexed ? sdpMLineIndex : 0 };
}

/**
 * The DTLS role that a description asks for (RFC 8842 section 5.2).
 *
 * @param {string} sdp
 * @returns {string} 'active', 'passive', 'actpass', or '' if there is none
 */
export function roleOf(sdp) {
  return /^a=setup:(\w+)/m.exec(sdp)?.[1] ?? '';
}

/**
 * Takes out what would tell our own address: candidates other than a relay's,
 * and in those the address that the relay has for us (RFC 8839 section 5.1).
 *
 * @param {string} sdp
 */
export function withRelaysOnly(sdp) {
  return sdp.replaceAll(/^a=(candidate:.*)\r?\n/gm, (line, candidate) =>
    isRelay(candidate) ? withoutRelated(line) : '');
}

/** @param {string} candidate a candidate line */
export function isRelay(candidate) {
  return / typ relay\b/.test(candidate);
}

/** @param {string} candidate a relay's; its related address is for diagnosis only */
export function withoutRelated(candidate) {
  return candidate.replace(/ raddr \S+ rport \d+/, ' raddr 0.0.0.0 rport 0');
}

/**
 * Asks for one DTLS role instead of leaving the choice.
 *
 * @param {string} sdp an offer
 * @param {string} role
 */
export function withRole(sdp, role) {
  return sdp.replaceAll(/^a=setup:actpass/gm, `a=setup:${role}`);
}
