// Looking for addresses with one server alone, or with none, for the connection check.

/**
 * @typedef {object} Bounds
 * @property {AbortSignal} [signal]
 * @property {number} timeout in ms
 */

/**
 * @param {typeof globalThis.RTCPeerConnection} RTCPeerConnection
 * @param {RTCConfiguration} configuration
 * @returns {RTCPeerConnection | null} null: the browser does not take the configuration
 */
export function newConnection(RTCPeerConnection, configuration) {
  try {
    return new RTCPeerConnection(configuration);
  } catch {
    return null;
  }
}

/**
 * Waits for a result, not for ever.
 *
 * @template T
 * @param {Bounds} bounds
 * @param {(done: (result: T) => void) => void} start
 * @returns {Promise<T | null>} null: too late; rejects with the reason of the signal
 */
export function within({ signal, timeout }, start) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(() => end(() => resolve(null)), timeout);
    const abort = () => end(() => reject(signal?.reason));
    /** @param {() => void} settle */
    const end = (settle) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      settle();
    };
    signal?.addEventListener('abort', abort);
    start((result) => end(() => resolve(result)));
  });
}

/**
 * What came of looking.
 *
 * @typedef {object} Find
 * @property {boolean} found a candidate of the wanted type
 * @property {boolean} ended all was looked for
 * @property {boolean} any whether there was a candidate of any type
 * @property {number[]} codes of errors (webrtc-pc, icecandidateerror)
 * @property {number} ms how long it took
 */

/**
 * Looks for addresses until there is one of the wanted type.
 *
 * @param {RTCPeerConnection} pc with a channel, new
 * @param {RTCIceCandidateType} wanted
 * @param {Bounds} bounds
 * @returns {Promise<Find>}
 */
export async function gather(pc, wanted, bounds) {
  const start = performance.now();
  const find = { found: false, ended: false, any: false, codes: /** @type {number[]} */ ([]), ms: 0 };
  await within(bounds, (done) => {
    pc.addEventListener('icecandidateerror', ({ errorCode }) => find.codes.push(errorCode));
    pc.addEventListener('icecandidate', ({ candidate }) => {
      if (!candidate?.candidate) return;
      find.any = true;
      if (candidate.type !== wanted) return;
      find.found = true;
      done(undefined);
    });
    pc.addEventListener('icegatheringstatechange', () => {
      if (pc.iceGatheringState !== 'complete') return;
      find.ended = true;
      done(undefined);
    });
    pc.setLocalDescription().catch(done);
  });
  return { ...find, ms: performance.now() - start };
}

/**
 * The addresses of this machine, as far as the browser tells.
 *
 * @param {RTCPeerConnection} pc without servers
 * @param {Bounds} bounds
 * @returns {Promise<string[]>} each once
 */
export async function browsersAddresses(pc, bounds) {
  const addresses = new Set();
  pc.createDataChannel('check');
  pc.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate?.candidate && candidate.type === 'host') addresses.add(candidate.address);
  });
  await gather(pc, 'relay', bounds); // which there is none of: all is looked for
  return [...addresses];
}
