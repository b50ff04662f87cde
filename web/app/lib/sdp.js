// The little that the library reads and writes in session descriptions.

/** A longer one that says what a media section is for, in characters, is none. */
export const LONGEST_LABEL = 64;

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
  const parts = sectionCount(sdp);
  if (typeof sdpMid === 'string' && mids.includes(sdpMid)) return candidate;
  const indexed = typeof sdpMLineIndex === 'number' && sdpMLineIndex < parts;
  if (!indexed && parts !== 1) return candidate;
  return { ...candidate, sdpMid: null, sdpMLineIndex: indexed ? sdpMLineIndex : 0 };
}

/**
 * The certificate of the one who made a description (RFC 8122 section 5), by which DTLS knows them.
 *
 * @param {string} sdp
 * @returns {string} such as 'sha-256 AB:CD:…', '' if there is none
 */
export function fingerprintOf(sdp) {
  const [, hash, value] = /^a=fingerprint:(\S+) +([0-9A-F:]+)/im.exec(sdp) ?? ['', '', ''];
  return hash && `${hash.toLowerCase()} ${value.toUpperCase()}`;
}

/**
 * The ICE credentials of a description by their public half, which changes with each restart (RFC 8839 section 5.4).
 *
 * @param {string} sdp
 * @returns {string} '' if there is none
 */
export function ufragOf(sdp) {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? '';
}

/**
 * Whether two descriptions are of one connection. Some clients give each a session id of its own: then it takes the same
 * certificate and the same ICE credentials.
 *
 * @param {string} sdp
 * @param {string} other
 */
export function sameConnection(sdp, other) {
  if (sessionOf(sdp) === sessionOf(other)) return true;
  const fingerprint = fingerprintOf(sdp);
  return fingerprint !== '' && fingerprint === fingerprintOf(other) && ufragOf(sdp) === ufragOf(other);
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

/** @param {string} sdp @returns {number} of its media sections */
export function sectionCount(sdp) {
  return sdp.match(/^m=/gm)?.length ?? 0;
}

/**
 * What a description says of its media sections (RFC 8866 section 5.14).
 *
 * @param {string} sdp
 * @returns {Map<string, { sends: boolean, label: string | undefined }>} by mid: whether who made it sends there, and what
 *   for (RFC 4574)
 */
export function sectionsOf(sdp) {
  return new Map(sdp.split(/^(?=m=)/m).slice(1).map((section) => {
    const [mid = '', label] = ['mid', 'label'].map((name) => new RegExp(`^a=${name}:(\\S+)`, 'm').exec(section)?.[1]);
    const rejected = /^m=\S+ 0 /.test(section) && !/^a=bundle-only/m.test(section);
    const sends = !rejected && !/^a=(recvonly|inactive)/m.test(section);
    return [mid, { sends, label: label && label.length <= LONGEST_LABEL ? label : undefined }];
  }));
}

/**
 * Says what media sections are for (RFC 4574).
 *
 * @param {string} sdp
 * @param {Map<string | null, string>} labels by mid
 */
export function withLabels(sdp, labels) {
  return sdp.replaceAll(/^a=mid:(\S+)/gm, (line, mid) => {
    const label = labels.get(mid);
    return label === undefined ? line : `${line}\r\na=label:${label}`;
  });
}

/**
 * Announces in a description how large a message may be that comes in chunks (see chunks.js). Others ignore the attribute
 * (RFC 8866 section 5.13).
 *
 * @param {string} sdp
 * @param {number} size in bytes; 0: none
 */
export function withMessageSize(sdp, size) {
  return size > 0 ? sdp.replace(/^m=/m, `a=beckon-message-size:${size}\r\nm=`) : sdp;
}

/**
 * @param {string} sdp
 * @returns {number} what it announces so, 0 if nothing
 */
export function messageSizeIn(sdp) {
  return Number(/^a=beckon-message-size:(\d{1,15})\r?$/m.exec(sdp)?.[1] ?? 0);
}
