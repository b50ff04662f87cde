// What a Peers can be told, and what it does untold.

import { newCertificate } from './certificate.js';
import { initOf } from './channel.js';
import { CHUNK } from './chunks.js';
import { currentPage } from './page-life.js';

/** Said to who develops for Node, or has a browser whose WebRTC was taken away. */
const NO_WEBRTC = 'There is no RTCPeerConnection here: calls fail with the reason `error`. In Node, pass that of a package:'
  + ' new Peers(signaling, { RTCPeerConnection }), or join({ RTCPeerConnection, name })';

/**
 * A call that rings, with `accept` or without `autoAccept`, ends so for who has called:
 * - it is taken: `open`
 * - it is declined, by `accept` or by Peer.close(), or it is one too many: `closed` at once, with `hangup`
 * - nobody heeds it: `failed` with `timeout`, after the `ringTimeout` of who has called, and not sooner if theirs is shorter
 * - they leave the server: `failed` with `left`
 *
 * Whether it rings there, and whom `accept` keeps out for good, nobody is told.
 *
 * @typedef {object} PeersOptions
 * @property {typeof RTCPeerConnection} [RTCPeerConnection] default: the browser's. Node has none: that of a package
 * @property {string} [label] of the data channel; default: `messenger`
 * @property {string} [protocol] of the data channel, which the other side reads as Peer.protocol; default: ''
 * @property {boolean} [relayOnly] see Peers.relayOnly; default: false
 * @property {number} [connectTimeout] from the offer to the open channel, in ms; default: 15 000
 * @property {(peer: import('./peer.js').Peer) => boolean | Promise<boolean>} [accept] whether to answer a call, which rings
 *   until that is known: before, the caller gets nothing of us, no address above all. By default each is answered
 * @property {boolean} [autoAccept] false: calls ring until Peer.accept() or Peer.close(). Default: true; `accept` is the better way to say so
 * @property {number} [ringTimeout] how long they ring, in ms; default: 60 000. So long our own calls wait for an answer, too,
 *   as those we call may let them ring. Only with `accept` or without `autoAccept`: others wait for `connectTimeout`, and then
 *   it rings no more
 * @property {number} [maxMessageSize] how large a message we put together from chunks, in bytes; default: 268 435 456
 *   (65 536 at least, or 0: none). Others learn it, and send no larger one. All that come at once may have twice as much together
 * @property {number} [maxCalls] of others that may be under way at once, see `refused`; default: 64
 * @property {PromiseLike<RTCCertificate | null>} [certificate] by which others know us, which each page makes anew by
 *   default: one from newCertificate() that was kept has us recognized after a reload
 * @property {MediaStream} [media] what everybody is to see and hear of us; see Peers.publish()
 * @property {Record<string, import('./channel.js').ChannelOptions>} [channels] that there are to be with everybody, by label, see
 *   Peer.channel(); default: none
 * @property {EventTarget | null} [page] where pagehide happens; default: the window
 */

/**
 * @param {PeersOptions} [options]
 */
export function withDefaults({
  RTCPeerConnection = globalThis.RTCPeerConnection,
  label = 'messenger',
  protocol = '',
  relayOnly = false,
  connectTimeout = 15_000,
  accept,
  autoAccept = true,
  ringTimeout = 60_000,
  maxMessageSize = 268_435_456,
  maxCalls = 64,
  certificate = newCertificate(RTCPeerConnection),
  page = currentPage(),
  media,
  channels = {},
} = {}) {
  if (typeof RTCPeerConnection !== 'function') console.warn(NO_WEBRTC);
  for (const [name, options] of Object.entries(channels)) initOf(name, options); // says what is wrong
  return {
    RTCPeerConnection, label, protocol, relayOnly, connectTimeout, accept, ringTimeout, maxCalls, certificate, page, media, channels,
    autoAccept: autoAccept && !accept,
    maxMessageSize: maxMessageSize && Math.max(maxMessageSize, CHUNK),
  };
}
