// Servers that an operator got wrong (a TURN server without its password, say)
// must not cost those that are right, and the calls with them. What is
// acceptable differs between browsers (webrtc-pc, "set a configuration"), so we
// let the browser judge.

/**
 * What a connection is to be made with.
 *
 * @typedef {{ readonly iceServers: RTCIceServer[], readonly relayOnly: boolean }} Means
 */

/**
 * Uses a configuration, or if its ICE servers are refused, those of them that
 * are acceptable one by one.
 *
 * @template T
 * @param {typeof globalThis.RTCPeerConnection} RTCPeerConnection
 * @param {Means} means
 * @param {(configuration: { iceServers: RTCIceServer[], iceTransportPolicy: RTCIceTransportPolicy }) => T} use
 *   throws if the browser refuses a server
 * @returns {T}
 */
export function withUsable(RTCPeerConnection, { iceServers, relayOnly }, use) {
  const iceTransportPolicy = relayOnly ? 'relay' : 'all';
  try {
    return use({ iceServers, iceTransportPolicy });
  } catch {
    const usable = iceServers.filter((server) => isUsable(RTCPeerConnection, server));
    return use({ iceServers: usable, iceTransportPolicy });
  }
}

/**
 * Whether there is a relay (TURN) among the servers.
 *
 * @param {RTCIceServer[]} iceServers
 */
export function offersRelay(iceServers) {
  return iceServers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/i.test(url)));
}

/**
 * Whether there is no way to connect that would not show our address, and it is not to be shown.
 *
 * @param {Means} means
 */
export function lacksRelay({ relayOnly, iceServers }) {
  return relayOnly && !offersRelay(iceServers);
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
