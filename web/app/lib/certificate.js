// The DTLS certificate that others know this page by (RFC 8827 section 4.6): one for all its connections, or each of
// them would come from a stranger.

/** So long one is good for, in ms. */
const LIFETIME = 30 * 24 * 3600 * 1000;

/**
 * Makes a certificate.
 *
 * @param {typeof globalThis.RTCPeerConnection} [RTCPeerConnection]
 * @returns {Promise<RTCCertificate | null>} null where the browser makes none: each connection has one of its own then
 */
export async function newCertificate(RTCPeerConnection = globalThis.RTCPeerConnection) {
  try {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', expires: LIFETIME };
    return await RTCPeerConnection.generateCertificate(algorithm);
  } catch {
    return null;
  }
}

/** The certificate of the moment, which may still be on its way. */
export class Certificate {
  /** @type {RTCCertificate | null} */
  #current = null;
  /** @type {PromiseLike<RTCCertificate | null> | null} what is awaited; null: it is there */
  #coming = null;
  /** @type {(() => void)[]} who waits for it */
  #waiting = [];

  /** @returns {RTCCertificate[]} for RTCConfiguration.certificates */
  get list() {
    return this.#current ? [this.#current] : [];
  }

  /**
   * Has connections wait for this one. A failure counts as none.
   *
   * @param {PromiseLike<RTCCertificate | null>} coming
   */
  become(coming) {
    this.#coming = coming;
    const settle = (/** @type {RTCCertificate | null} */ certificate) => {
      if (this.#coming !== coming) return;
      this.#coming = null;
      this.#current = certificate;
      for (const then of this.#waiting.splice(0)) then();
    };
    coming.then(settle, () => settle(null));
  }

  /**
   * Calls back once the certificate is there: at once if it is.
   *
   * @param {() => void} then
   */
  whenReady(then) {
    if (this.#coming) this.#waiting.push(then);
    else then();
  }
}
