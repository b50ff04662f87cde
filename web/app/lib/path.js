// Which way the data goes: straight to the other side or through a relay.

import { listen } from './listen.js';

/**
 * Straight to the other side, or through a relay at either end.
 *
 * @typedef {'direct' | 'relay'} Path
 */

/**
 * The path more closely:
 * - `same-network`: straight, and both are in one network
 * - `direct`: straight, from one network to another
 * - `relay-udp`, `relay-tcp`, `relay-tls`: through a relay of ours, which we reach by that transport
 * - `relay`: through a relay of the other side's alone; how they reach it is theirs to know
 *
 * @typedef {'same-network' | 'direct' | 'relay-udp' | 'relay-tcp' | 'relay-tls' | 'relay'} Route
 */

/** Statistics come late at times; waits before each further look, in ms. */
const LOOKS = Object.freeze([0, 100, 250, 500, 1000, 2000, 4000]);

/** Addresses that mean something in their own network only (RFC 6890), and the names that stand for such. */
const PRIVATE = /^$|\.local$|^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.|^(::1$|f[cd]|fe[89ab])/i;

/**
 * @param {Route | null} route
 * @returns {Path | null}
 */
export function pathOf(route) {
  if (route === null) return null;
  return route.startsWith('relay') ? 'relay' : 'direct';
}

/** @param {Route | null} route */
export function usesOwnRelay(route) {
  return route !== null && route.startsWith('relay-');
}

/**
 * Looks up the selected candidate pair (webrtc-stats: RTCTransportStats,
 * RTCIceCandidatePairStats).
 *
 * @param {Pick<RTCPeerConnection, 'getStats'>} pc
 * @returns {Promise<Route | null>} null: not known (yet)
 */
export async function readRoute(pc) {
  const report = await pc.getStats();
  const pair = selectedPair(report);
  const [local, remote] = [pair?.localCandidateId, pair?.remoteCandidateId].map((id) => report.get(id ?? ''));
  if (!local?.candidateType || !remote?.candidateType) return null;
  if (local.candidateType === 'relay') return ownRelay(local);
  if (remote.candidateType === 'relay') return 'relay';
  return isOneNetwork(local, remote) ? 'same-network' : 'direct';
}

/**
 * Reports the route of a connection as soon as it is known, and again whenever
 * it may have changed.
 *
 * @param {RTCPeerConnection} pc
 * @param {(route: Route) => void} found
 * @param {AbortSignal} signal ends the watch
 */
export function watchRoute(pc, found, signal) {
  const look = () => findRoute(pc, found, signal);
  listen(pc, 'connectionstatechange', () => {
    if (pc.connectionState === 'connected') look();
  }, signal);
  /** @type {EventTarget | undefined} */
  const ice = pc.sctp?.transport?.iceTransport;
  if (ice) listen(ice, 'selectedcandidatepairchange', look, signal);
  look();
}

/** @type {typeof watchRoute} */
async function findRoute(pc, found, signal) {
  for (const wait of LOOKS) {
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (signal.aborted) return;
    const route = await readRoute(pc).catch(() => null);
    if (signal.aborted) return;
    if (route !== null) return found(route);
  }
}

/**
 * @param {RTCStatsReport} report
 * @returns {RTCIceCandidatePairStats | undefined}
 */
function selectedPair(report) {
  /** @type {any[]} */
  const all = [...report.values()];
  const transport = all.find((stats) => stats.type === 'transport' && stats.selectedCandidatePairId);
  if (transport) return report.get(transport.selectedCandidatePairId);
  // Firefox long had no transport statistics, but marks the pair itself.
  return all.find((stats) => stats.type === 'candidate-pair' && stats.selected);
}

/**
 * @param {{ relayProtocol?: string, url?: string }} local webrtc-stats: RTCIceCandidateStats
 * @returns {Route}
 */
function ownRelay({ relayProtocol, url = '' }) {
  if (relayProtocol === 'tls' || /^turns:/i.test(url)) return 'relay-tls';
  return relayProtocol === 'tcp' || /transport=tcp/i.test(url) ? 'relay-tcp' : 'relay-udp';
}

/**
 * Private addresses of both ends that needed no translation are of one network.
 * Browsers keep them from scripts, and tell the other side a name that has a
 * meaning in that network only. A public one tells which network it is of.
 *
 * @param {{ candidateType: string, address?: string | null }} local
 * @param {{ candidateType: string, address?: string | null }} remote
 */
function isOneNetwork(local, remote) {
  if (local.candidateType !== 'host' || remote.candidateType === 'srflx') return false;
  const [here, there] = [local.address ?? '', remote.address ?? ''];
  if (here && there && networkOf(here) === networkOf(there)) return true;
  return remote.candidateType === 'host' && PRIVATE.test(here) && PRIVATE.test(there);
}

/** @param {string} address @returns {string} its first 24 bits, or the first 64 of an IPv6 address */
function networkOf(address) {
  if (!address.includes(':')) return address.split('.', 3).join('.');
  const [head, tail] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const gap = tail ? Array(Math.max(0, 8 - head.length - tail.length)).fill('0') : [];
  return [...head, ...gap, ...(tail ?? [])].slice(0, 4).join(':').toLowerCase();
}
