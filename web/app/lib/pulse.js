// Signs of life of an established connection. ICE may take more than eleven
// seconds to miss the answers of a page that crashed (RFC 7675: a check every
// four to six, then a timeout), and the server tells only when nobody has come
// back for the page's session.

/** How often to look, in ms. */
const INTERVAL = 1_000;
/** Longest silence of a connection that is well, in ms: a round of checks, and some. */
const SILENCE = 8_000;

/**
 * @param {Pick<RTCPeerConnection, 'getStats'>} pc
 * @param {(alive: boolean) => void} report called at every look
 * @param {AbortSignal} signal ends the watch
 */
export async function watchPulse(pc, report, signal) {
  let last = await traffic(pc);
  let heardAt = performance.now();
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    if (signal.aborted) return;
    const now = await traffic(pc);
    if (signal.aborted) return;
    if (now !== last) heardAt = performance.now();
    last = now;
    report(performance.now() - heardAt < SILENCE);
  }
}

/**
 * All that has arrived so far, data or answers to ICE's own checks: a number
 * that grows as long as the other side lives. Browsers fill in different
 * members (webrtc-stats: RTCIceCandidatePairStats, RTCTransportStats).
 *
 * @param {Pick<RTCPeerConnection, 'getStats'>} pc
 */
async function traffic(pc) {
  let sum = 0;
  try {
    (await pc.getStats()).forEach((stats) => {
      const { bytesReceived = 0, responsesReceived = 0, requestsReceived = 0 } = stats;
      if (stats.type === 'candidate-pair') sum += bytesReceived + responsesReceived + requestsReceived;
    });
  } catch {
    // Then there is nothing to go by but ICE.
  }
  return sum;
}
