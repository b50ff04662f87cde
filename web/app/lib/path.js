// Which way the data goes: straight to the other side or through a relay.

/** @typedef {'direct' | 'relay'} Path */

/** Statistics come late at times; waits before each further look, in ms. */
const LOOKS = Object.freeze([0, 100, 250, 500, 1000, 2000, 4000]);

/**
 * Looks up the selected candidate pair (webrtc-stats: RTCTransportStats,
 * RTCIceCandidatePairStats). A relay at either end makes the path a relay.
 *
 * @param {Pick<RTCPeerConnection, 'getStats'>} pc
 * @returns {Promise<Path | null>} null: not known (yet)
 */
export async function readPath(pc) {
  const report = await pc.getStats();
  const pair = selectedPair(report);
  const ends = [pair?.localCandidateId, pair?.remoteCandidateId].map((id) => report.get(id ?? ''));
  if (!ends.every((end) => end?.candidateType)) return null;
  return ends.some((end) => end.candidateType === 'relay') ? 'relay' : 'direct';
}

/**
 * Reports the path of a connection as soon as it is known, and again whenever
 * it may have changed.
 *
 * @param {RTCPeerConnection} pc
 * @param {(path: Path) => void} found
 * @param {AbortSignal} signal ends the watch
 */
export function watchPath(pc, found, signal) {
  const look = () => findPath(pc, found, signal);
  pc.addEventListener('connectionstatechange', () => {
    if (pc.connectionState === 'connected') look();
  }, { signal });
  /** @type {EventTarget | undefined} */
  const ice = pc.sctp?.transport?.iceTransport;
  ice?.addEventListener('selectedcandidatepairchange', look, { signal });
  look();
}

/** @type {typeof watchPath} */
async function findPath(pc, found, signal) {
  for (const wait of LOOKS) {
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (signal.aborted) return;
    const path = await readPath(pc).catch(() => null);
    if (signal.aborted) return;
    if (path !== null) return found(path);
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
