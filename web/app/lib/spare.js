// A connection made ahead of the next call, ours or another's. The first one of
// a page costs a browser tens of milliseconds (threads, a key), the others a
// few, at both ends of every call. It does not look for ways to anybody: that
// begins with the call.

import { withUsable } from './ice-servers.js';
import { isConnection } from './webrtc.js';

/** How long after a call was begun the next one is made ready at the earliest, in ms: the first has its hands full. */
const PAUSE = 2_000;
/** How long a busy page may put it off, in ms. */
const PATIENCE = 1_000;

export class Spare {
  #RTCPeerConnection;
  #means;
  #certificate;
  /** @type {{ pc: RTCPeerConnection, iceServers: RTCIceServer[], relayOnly: boolean } | null} */
  #made = null;
  #wanted = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {typeof globalThis.RTCPeerConnection} RTCPeerConnection
   * @param {() => import('./ice-servers.js').Means} means of the moment; another array of servers when they have changed
   * @param {import('./certificate.js').Certificate} certificate of all connections
   */
  constructor(RTCPeerConnection, means, certificate) {
    this.#RTCPeerConnection = RTCPeerConnection;
    this.#means = means;
    this.#certificate = certificate;
  }

  /**
   * Has one ready from the next idle moment on, until it is told otherwise. Who
   * is not told of idle moments (Node, some browsers) does without.
   *
   * @param {boolean} wanted
   */
  want(wanted) {
    if (wanted === this.#wanted || !('requestIdleCallback' in globalThis)) return;
    this.#wanted = wanted;
    clearTimeout(this.#timer);
    if (wanted) this.#certificate.whenReady(() => this.#prepare());
    else this.discard();
  }

  /**
   * To be called once the certificate is there.
   *
   * @returns {RTCPeerConnection} the one that is ready, or else a new one
   * @throws {DOMException} if the browser makes no connection
   */
  take() {
    const now = this.#means();
    if (this.#made?.relayOnly !== now.relayOnly) this.discard(); // not to be trusted with a change of that
    const { pc, iceServers } = this.#made ?? this.#make();
    this.#made = null;
    if (this.#wanted) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#certificate.whenReady(() => this.#prepare()), PAUSE);
    }
    if (iceServers !== now.iceServers) {
      withUsable(this.#RTCPeerConnection, now, (configuration) =>
        pc.setConfiguration({ ...pc.getConfiguration(), ...configuration }));
    }
    return pc;
  }

  /** Has the next one be made anew. */
  discard() {
    this.#made?.pc.close();
    this.#made = null;
  }

  #prepare() {
    requestIdleCallback(() => {
      if (!this.#wanted) return;
      try {
        this.#made ??= this.#make();
      } catch {
        // The call will say what is wrong.
      }
    }, { timeout: PATIENCE });
  }

  #make() {
    const means = this.#means();
    const { list } = this.#certificate;
    const pc = withUsable(this.#RTCPeerConnection, means, (configuration) =>
      new this.#RTCPeerConnection(list.length > 0 ? { ...configuration, certificates: list } : configuration));
    if (!isConnection(pc)) throw new DOMException('WebRTC is blocked', 'NotSupportedError');
    return { ...means, pc };
  }
}
