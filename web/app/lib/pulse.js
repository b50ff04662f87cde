// Signs of life of a connection whose other side has just left the server. A
// page that crashed leaves the server at once, but ICE may take eleven seconds
// to miss its answers (RFC 7675: a check every four to six, then a timeout).

/** How often to look, in ms. */
const INTERVAL = 1_000;
/** How long to look: after that, ICE itself will have noticed. In ms. */
const DURATION = 15_000;
/** Longest silence of a connection that is well, in ms: a round of checks, and some. */
const SILENCE = 7_500;

/**
 * @param {Pick<RTCPeerConnection, 'getStats'>} pc
 * @param {(alive: boolean) => void} report called at every look
 * @param {AbortSignal} signal ends the watch
 */
export async function watchPulse(pc, report, signal) {
  const start = Date.now();
  let last = await traffic(pc);
  let heardAt = start;
  while (Date.now() - start < DURATION) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    if (signal.aborted) return;
    const now = await traffic(pc);
    if (signal.aborted) return;
    if (now !== last) heardAt = Date.now();
    last = now;
    report(Date.now() - heardAt < SILENCE);
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
