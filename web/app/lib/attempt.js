// One attempt to connect: one RTCPeerConnection with its data channel, and the
// call id that its messages carry.

import { Negotiation } from './negotiation.js';
import { sessionOf } from './sdp.js';

/** @typedef {import('./negotiation.js').Description} Description */

/**
 * What an attempt tells its owner.
 *
 * @typedef {object} AttemptOwner
 * @property {(type: import('./protocol.js').SignalType, payload: unknown) => void} send
 * @property {(state: RTCPeerConnectionState) => void} connection
 * @property {() => void} opened the channel can be used
 * @property {(data: string | ArrayBuffer) => void} message
 * @property {() => void} channelClosed by the other side, or the transport under it
 * @property {() => void} stranger the answer is from another session: the other page was reloaded
 * @property {(error: unknown) => void} failed a description could not be made or applied
 */

/**
 * @typedef {object} AttemptOptions
 * @property {typeof RTCPeerConnection} RTCPeerConnection
 * @property {RTCIceServer[]} iceServers
 * @property {string | null} call null: the other side knows no calls
 * @property {boolean} outgoing whether we make the channel and the first offer
 * @property {string} label of the channel
 * @property {() => boolean} polite whether we give way when offers cross
 * @property {AttemptOwner} owner
 */

export class Attempt {
  /** @type {RTCDataChannel | null} */
  channel = null;
  /** Whether a new path was looked for. */
  restarted = false;

  #owner;
  #negotiation;
  #ended = new AbortController();

  /**
   * @param {AttemptOptions} options
   * @throws {DOMException} if an ICE server is not acceptable
   */
  constructor({ RTCPeerConnection, iceServers, call, outgoing, label, polite, owner }) {
    this.call = call;
    this.outgoing = outgoing;
    this.#owner = owner;
    this.pc = new RTCPeerConnection({ iceServers });
    const { send, failed } = owner;
    this.#negotiation = new Negotiation(this.pc, { polite, send, failed, signal: this.signal });
    this.#listen();
    if (outgoing) this.#use(this.pc.createDataChannel(label));
  }

  /** Aborted when this attempt is over. */
  get signal() {
    return this.#ended.signal;
  }

  /** Whether we offered and heard nothing yet: this attempt may give way. */
  get unanswered() {
    return this.outgoing && this.#negotiation.session === null;
  }

  /**
   * Whether an offer goes on with this very connection.
   *
   * @param {string | null} call
   * @param {Description} offer
   */
  continuedBy(call, offer) {
    return this.#negotiation.session === sessionOf(offer.sdp) && this.accepts(call);
  }

  /**
   * Whether a message of this call is for this attempt. A message without a
   * call is: its sender knows no calls, and has only one connection with us.
   *
   * @param {string | null} call
   */
  accepts(call) {
    return call === null || call === this.call;
  }

  /** @param {Description} offer */
  acceptOffer(offer) {
    this.#negotiation.acceptOffer(offer);
  }

  /** @param {Description} answer */
  acceptAnswer(answer) {
    const { session } = this.#negotiation;
    if (session === null || session === sessionOf(answer.sdp)) this.#negotiation.acceptAnswer(answer);
    else this.#owner.stranger();
  }

  /** @param {unknown} candidate */
  addCandidate(candidate) {
    this.#negotiation.addCandidate(candidate);
  }

  /** Sends an offer that is still unanswered again. */
  repeatOffer() {
    this.#negotiation.repeatOffer();
  }

  /**
   * Looks for a new path (RFC 8445 section 2.4), with fresh ICE servers.
   *
   * @param {RTCIceServer[]} iceServers
   */
  restart(iceServers) {
    this.restarted = true;
    try {
      this.pc.setConfiguration({ ...this.pc.getConfiguration(), iceServers });
    } catch {
      // The old servers will have to do.
    }
    this.pc.restartIce(); // makes the connection ask for a negotiation
  }

  /**
   * Ends the attempt: no more is heard of it.
   *
   * @param {number} [linger] ms until the other side sees the connection close;
   *   time for what was sent last to arrive
   */
  close(linger = 0) {
    if (this.signal.aborted) return;
    this.#ended.abort();
    if (linger > 0) setTimeout(() => this.pc.close(), linger);
    else this.pc.close();
  }

  #listen() {
    const { pc, signal } = this;
    pc.addEventListener('connectionstatechange', () => this.#owner.connection(pc.connectionState), { signal });
    pc.addEventListener('datachannel', ({ channel }) => this.#use(channel), { signal });
  }

  /** @param {RTCDataChannel} channel */
  #use(channel) {
    const { signal } = this;
    channel.binaryType = 'arraybuffer';
    channel.addEventListener('message', ({ data }) => this.#owner.message(data), { signal });
    if (this.channel) return; // a second one may speak, but the first is ours
    this.channel = channel;
    channel.addEventListener('close', () => this.#owner.channelClosed(), { signal });
    if (channel.readyState === 'open') this.#owner.opened();
    else channel.addEventListener('open', () => this.#owner.opened(), { signal });
  }
}
