// Whether this browser has WebRTC in earnest. Extensions and settings take it away
// in several ways: the class is missing or undefined, it throws, or it makes
// something that is none.

/** As much of a connection as this library cannot do without. */
const NEEDED = Object.freeze(['addEventListener', 'createDataChannel', 'setLocalDescription', 'close']);

/**
 * Whether that is a connection, and not something put in its place.
 *
 * @param {any} pc what the class has made
 */
export function isConnection(pc) {
  return NEEDED.every((name) => typeof pc?.[name] === 'function');
}

/**
 * Whether connections can be made. To be asked before a login: who cannot connect is of no use to others.
 *
 * @param {unknown} [RTCPeerConnection]
 */
export function canConnect(RTCPeerConnection = globalThis.RTCPeerConnection) {
  if (typeof RTCPeerConnection !== 'function') return false;
  try {
    const pc = new /** @type {any} */ (RTCPeerConnection)({ iceServers: [] });
    if (!isConnection(pc)) return false;
    pc.close();
    return true;
  } catch {
    return false;
  }
}
