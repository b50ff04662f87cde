// One address of one server: does it answer, does it let us in, does it pass
// messages on?

import { gather, newConnection, within } from './check-gather.js';

/** No answer at all (webrtc-pc, RTCPeerConnectionIceErrorEvent). */
const UNREACHABLE = 701;
const FORBIDDEN = 403;
/** The server has no room, or none for this user (RFC 8656 section 18). */
const FULL = Object.freeze([486, 508]);

/**
 * @typedef {import('./check-gather.js').Bounds} Bounds
 * @typedef {import('./check-gather.js').Find} Find
 * @typedef {Partial<import('./check.js').ServerCheck>} Verdict
 */

/**
 * @param {RTCIceServer} server with one address
 * @param {'stun' | 'turn'} kind
 * @param {Bounds & { RTCPeerConnection: typeof globalThis.RTCPeerConnection }} means
 * @returns {Promise<Verdict>} rejects with the reason of the signal
 */
export async function probe(server, kind, { RTCPeerConnection, ...bounds }) {
  const iceServers = [server];
  const near = newConnection(RTCPeerConnection, { iceServers, iceTransportPolicy: kind === 'turn' ? 'relay' : 'all' });
  if (!near) return { outcome: 'unusable' };
  try {
    const channel = near.createDataChannel('check');
    const find = await gather(near, kind === 'turn' ? 'relay' : 'srflx', bounds);
    if (kind === 'stun') return stunVerdict(find);
    if (!find.found) return failure(find);
    const echo = await echoThrough(near, channel, newConnection(RTCPeerConnection, { iceServers }), bounds);
    return echo === null ? { outcome: 'no-echo', ms: find.ms } : { outcome: 'works', ms: find.ms, echo };
  } finally {
    near.close();
  }
}

/**
 * Where there is no NAT, the address that STUN tells is known already, and
 * browsers leave it out. Then no error tells that it answered.
 *
 * @param {Find} find
 * @returns {Verdict}
 */
function stunVerdict(find) {
  const answered = find.found || (find.ended && find.any && find.codes.length === 0);
  return answered ? { outcome: 'works', ms: find.ms } : failure(find);
}

/**
 * @param {Find} find
 * @returns {Verdict}
 */
function failure({ codes, ended }) {
  const code = codes.find((each) => each < UNREACHABLE);
  if (code === FORBIDDEN) return { outcome: 'forbidden', code };
  if (code !== undefined) return { outcome: FULL.includes(code) ? 'full' : 'refused', code };
  return { outcome: ended || codes.length > 0 ? 'unreachable' : 'timeout' };
}

/**
 * Sends a message to another connection of this page, which sends it back.
 *
 * @param {RTCPeerConnection} near that goes through its relay
 * @param {RTCDataChannel} channel of it
 * @param {RTCPeerConnection | null} far closed at the end
 * @param {Bounds} bounds
 * @returns {Promise<number | null>} how long it took, in ms; null: nothing came back
 */
async function echoThrough(near, channel, far, bounds) {
  if (!far) return null;
  far.addEventListener('datachannel', (event) => {
    event.channel.addEventListener('message', ({ data }) => event.channel.send(data));
  });
  try {
    return await within(bounds, (/** @type {(ms: number | null) => void} */ done) => {
      let sentAt = 0;
      channel.addEventListener('open', () => {
        sentAt = performance.now();
        channel.send('there and back');
      });
      channel.addEventListener('message', () => done(performance.now() - sentAt));
      introduce(near, far).catch(() => done(null));
    });
  } finally {
    far.close();
  }
}

/**
 * Brings two connections of this page together. The near one has but addresses
 * of its relay, so all goes through that; of the far one's, those that a relay
 * can reach are told.
 *
 * @param {RTCPeerConnection} near with an offer
 * @param {RTCPeerConnection} far
 */
async function introduce(near, far) {
  pass(near, far);
  await far.setRemoteDescription(/** @type {RTCSessionDescription} */ (near.localDescription));
  const answer = await far.createAnswer();
  await near.setRemoteDescription(answer);
  pass(far, near);
  await far.setLocalDescription(answer);
}

/**
 * @param {RTCPeerConnection} from
 * @param {RTCPeerConnection} to
 */
function pass(from, to) {
  from.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate?.candidate && candidate.type !== 'host') to.addIceCandidate(candidate).catch(() => {});
  });
}
