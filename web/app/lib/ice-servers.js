// Servers that an operator got wrong (a TURN server without its password, say)
// must not cost those that are right, and the calls with them. What is
// acceptable differs between browsers (webrtc-pc, "set a configuration"), so we
// let the browser judge.

/**
 * Uses a list of ICE servers, or if it is refused, those of it that are
 * acceptable one by one.
 *
 * @template T
 * @param {typeof globalThis.RTCPeerConnection} RTCPeerConnection
 * @param {RTCIceServer[]} iceServers
 * @param {(iceServers: RTCIceServer[]) => T} use throws if the browser refuses one
 * @returns {T}
 */
export function withUsable(RTCPeerConnection, iceServers, use) {
  try {
    return use(iceServers);
  } catch {
    return use(iceServers.filter((server) => isUsable(RTCPeerConnection, server)));
  }
}

/**
 * @param {typeof globalThis.RTCPeerConnection} RTCPeerConnection
 * @param {RTCIceServer} server
 */
function isUsable(RTCPeerConnection, server) {
  try {
    new RTCPeerConnection({ iceServers: [server] }).close();
    return true;
  } catch {
    return false;
  }
}
