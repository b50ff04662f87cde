// One attempt to connect: one RTCPeerConnection with its data channel, and the
// call id that its messages carry.

import { received } from './data-channel.js';
import { DataChannels } from './data-channels.js';
import { Diagnosis } from './diagnosis.js';
import { withUsable } from './ice-servers.js';
import { listen } from './listen.js';
import { Negotiation } from './negotiation.js';
import { Receivers } from './receivers.js';
import { fingerprintOf, sameConnection, ufragOf } from './sdp.js';
import { Senders } from './senders.js';

/** How often what the server refused is said again before we give up. */
const MOST_REPEATS = 3;
/** How long to wait before the first time at most, in ms; then twice as long each time. At least it is half of that. */
const REPEAT_AFTER = 1_000;
/** What the channel has passed on gets so long to arrive, in ms: more would only tell that touch is lost. */
const LANDING = 2_500;
/** So many channels of the first one's name another client may make, and speak by. */
const MOST_SECONDS = 64;
/** Chromium says `failed` when the candidates it has were tried; others may take so long to come, in ms. */
const SECOND_LOOK = 5_000;

/** @typedef {import('./negotiation.js').Description} Description */
/** @typedef {import('./ice-supply.js').IceSupply} IceSupply */
/** @typedef {import('./peer.js').PeerEvents} PeerEvents */

/**
 * What an attempt tells its owner.
 *
 * @typedef {object} AttemptOwner
 * @property {(type: import('./protocol.js').SignalType, payload: unknown) => void} send
 * @property {(state: RTCPeerConnectionState) => void} connection
 * @property {() => void} opened the channel can be used
 * @property {<K extends 'message' | 'drain' | 'unsent'>(type: K, detail: PeerEvents[K]) => void} emit what the Peer tells
 * @property {(fault: import('./chunks.js').Fault) => void} faulty the other side sends what it may not
 * @property {() => void} channelClosed by the other side, or the transport under it
 * @property {() => void} renew another connection is needed: the answer is of another one, as the other page was reloaded,
 *   or nothing more can be agreed upon by this one
 * @property {(error: unknown) => void} failed a description could not be made or applied
 * @property {() => void} barren it is of no use to go on: the verdict says why
 */

/**
 * @typedef {object} AttemptOptions
 * @property {typeof RTCPeerConnection} RTCPeerConnection
 * @property {RTCPeerConnection} pc new
 * @property {IceSupply} supply that it was made with
 * @property {string | null} call null: the other side knows no calls
 * @property {boolean} outgoing whether we make the channel and the first offer
 * @property {string} label of the channel
 * @property {string} protocol of the channel
 * @property {number} maxMessageSize see PeersOptions
 * @property {import('./chunks.js').Workspace} workspace
 * @property {() => boolean} polite whether we give way when offers cross
 * @property {import('./media.js').Media} media that is to go this way
 * @property {import('./channels.js').Channels} channels likewise
 * @property {AttemptOwner} owner
 */

export class Attempt {
  /** Whether a new path was looked for. */
  restarted = false;
  #RTCPeerConnection;
  #owner;
  #negotiation;
  #media;
  #senders;
  /** @type {IceSupply} that paths are looked for with */
  #supply;
  #diagnosis;
  #channels;
  #data;
  /** How many there were of the first one's name. */
  #seconds = 0;
  /** Whether there was a path. */
  #stood = false;
  /** How often in a row we waited to repeat what was refused. */
  #repeats = 0;
  /** Whether what we said last was refused, as the other side is behind. */
  #busy = false;
  #ended = new AbortController();

  /** @param {AttemptOptions} options */
  constructor({
    RTCPeerConnection, pc, supply, call, outgoing, label, protocol, maxMessageSize, workspace, polite, media, channels, owner,
  }) {
    this.call = call;
    this.outgoing = outgoing;
    this.#owner = owner;
    this.#RTCPeerConnection = RTCPeerConnection;
    this.pc = pc;
    this.#supply = supply;
    this.#media = media;
    this.#channels = channels;
    const { send, barren } = owner;
    const { signal } = this;
    const most = () => pc.sctp?.maxMessageSize || Infinity;
    const inTouch = () => pc.connectionState === 'connected';
    this.#data = new DataChannels({ most, maxMessageSize, workspace, inTouch, faulty: owner.faulty },
      () => this.#negotiation.heard ?? '');
    signal.addEventListener('abort', () => this.#data.mute());
    const failed = (/** @type {unknown} */ error) => {
      owner.failed(error);
      if (!signal.aborted && pc.signalingState !== 'stable') owner.renew(); // both would wait for an answer for ever
    };
    const hidden = () => this.#supply.relayOnly;
    this.#diagnosis = new Diagnosis(pc, () => this.signal.aborted || barren());
    const candidate = (/** @type {boolean} */ taken) => this.#diagnosis.hear(taken);
    const senders = this.#senders = new Senders(pc, (error) => media.failed(error), signal);
    const receivers = new Receivers(pc, media, signal);
    const yields = () => media.yields;
    const crossed = () => {
      media.crossed();
      owner.renew();
    };
    const unanswered = () => media.failed(new DOMException('No answer so far', 'TimeoutError'));
    this.#negotiation = new Negotiation(pc, {
      polite, hidden, send, senders, receivers, candidate, failed, yields, crossed, unanswered,
      messageSize: maxMessageSize, signal,
    });
    this.#listen();
    if (!outgoing) return;
    this.#begin(pc.createDataChannel(label, { protocol }));
    this.#negotiation.offer(); // the connection asks for it too, but a task later
  }

  /** Aborted when this attempt is over. */
  get signal() {
    return this.#ended.signal;
  }

  /** Why there is no connection, as far as our side can tell. */
  get verdict() {
    if (this.#busy) return 'busy';
    return this.#diagnosis.verdict(this.#supply, this.unanswered || this.#stood);
  }

  /** Whether we offered and heard nothing yet: this attempt may give way. */
  get unanswered() {
    return this.outgoing && this.#negotiation.heard === null;
  }

  /**
   * Whether an offer goes on with this very connection.
   *
   * @param {string | null} call
   * @param {Description} offer
   */
  continuedBy(call, offer) {
    const { heard } = this.#negotiation;
    if (heard === null || !this.accepts(call)) return false;
    if (call !== null && fingerprintOf(heard) !== '') return fingerprintOf(heard) === fingerprintOf(offer.sdp);
    return sameConnection(heard, offer.sdp);
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

  /**
   * Whether an offer that goes on with this connection also looks for a new path.
   *
   * @param {Description} offer
   */
  restartedBy(offer) {
    return ufragOf(this.#negotiation.heard ?? '') !== ufragOf(offer.sdp);
  }

  /** @param {Description} offer */
  acceptOffer(offer) {
    this.#negotiation.acceptOffer(offer);
  }

  /** @param {Description} answer */
  acceptAnswer(answer) {
    const { heard } = this.#negotiation;
    if (heard === null || sameConnection(heard, answer.sdp)) this.#negotiation.acceptAnswer(answer);
    else this.#owner.renew();
  }

  /** @param {unknown} candidate RTCIceCandidateInit, or null for the end of candidates */
  addCandidate(candidate) {
    this.#negotiation.addCandidate(/** @type {RTCIceCandidateInit | null} */ (candidate));
  }

  /** Says again what may have been lost on the way. */
  repeat() {
    this.#negotiation.repeat();
  }

  /** The other side is behind, so that the server refused what we said last: it is said again later, a few times. */
  refused() {
    if (this.#busy) return; // of what is to be repeated
    this.#busy = true;
    if (this.#repeats === MOST_REPEATS) {
      this.#owner.barren();
      return;
    }
    const most = REPEAT_AFTER * 2 ** this.#repeats++;
    setTimeout(() => {
      this.#busy = false;
      this.#negotiation.repeat(true);
    }, most * (1 + Math.random()) / 2);
  }

  /**
   * The candidates so far did not do. Others may come; else the caller looks once more.
   *
   * @param {() => void} restart
   */
  lookAgain(restart) {
    if (this.outgoing) setTimeout(() => {
      if (!this.signal.aborted && !this.restarted && this.pc.connectionState === 'failed') restart();
    }, SECOND_LOOK);
  }

  /**
   * Looks for a new path (RFC 8445 section 2.4), with the ICE servers of the moment.
   *
   * @param {IceSupply} supply
   */
  restart(supply) {
    this.restarted = true;
    this.configure(supply);
    this.pc.restartIce(); // makes the connection ask for a negotiation
  }

  /**
   * Has the next look for a path, whichever side begins it, use other ICE servers.
   *
   * @param {IceSupply} supply
   */
  configure(supply) {
    const { pc } = this;
    this.#supply = supply;
    try {
      withUsable(this.#RTCPeerConnection, supply, (configuration) =>
        pc.setConfiguration({ ...pc.getConfiguration(), ...configuration }));
    } catch {
      // The old servers will have to do.
    }
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
    this.#channels.lost();
    this.#data.end();
    if (linger > 0) setTimeout(() => this.pc.close(), linger);
    else this.pc.close();
  }

  /** The first channel, once there is one. */
  get channel() {
    return this.#data.first?.channel ?? null;
  }

  /** What goes into it, once it is open. */
  get outflow() {
    return this.#data.first?.outflow ?? null;
  }

  /** Whether there is a channel that takes what it is given, in touch or not. */
  get usable() {
    return this.#data.first?.usable ?? false;
  }

  /** Whether there are bytes that have been taken and may still leave. */
  get unsent() {
    return this.usable && this.#data.amount > 0;
  }

  /**
   * Adds a data channel to the first one.
   *
   * @param {string} label
   * @param {RTCDataChannelInit} init
   * @param {import('./data-channel.js').DataChannelOwner} owner
   */
  addChannel(label, init, owner) {
    return this.#data.add(this.pc.createDataChannel(label, init), owner);
  }

  /**
   * Ends the attempt as close() does, but not before the other side has all that we have taken: a channel that is
   * closed is so when all has arrived (RFC 8831 section 6.7).
   *
   * @param {number} most ms that it may take
   * @param {number} linger as of close(); so long the other side also gets to see the channel close
   * @param {() => void} over called when it has, or the time is over
   */
  drain(most, linger, over) {
    const { channel, pc } = this;
    if (!channel || this.signal.aborted) return;
    this.#ended.abort();
    this.#channels.lost();
    const draining = new AbortController();
    const { signal } = draining;
    const finish = () => {
      draining.abort();
      this.#data.end();
      over();
      setTimeout(() => pc.close(), linger);
    };
    const timer = setTimeout(finish, this.unsent ? most : Math.min(most, LANDING));
    listen(channel, 'close', () => {
      clearTimeout(timer);
      setTimeout(finish, linger);
    }, signal);
    this.#data.finish();
  }

  #listen() {
    const { pc, signal } = this;
    listen(pc, 'connectionstatechange', () => {
      if (pc.connectionState === 'connected') {
        this.#stood = true;
        this.#repeats = 0;
        this.#busy = false;
        this.#data.resumed();
      }
      this.#owner.connection(pc.connectionState);
    }, signal);
    listen(pc, 'datachannel', ({ channel }) => this.#arrived(channel), signal);
  }

  /** @param {RTCDataChannel} channel of the other side's making */
  #arrived(channel) {
    if (this.#data.isFirst(channel)) this.#begin(channel);
    else if (this.#data.bothOurs || channel.label !== this.channel?.label) {
      this.#channels.arrived(channel, (owner) => this.#data.add(channel, owner));
    } else if (++this.#seconds > MOST_SECONDS) channel.close();
    else {
      channel.binaryType = 'arraybuffer';
      listen(channel, 'message', ({ data }) => this.#owner.emit('message', { data: received(data) }), this.signal);
    }
  }

  /** @param {RTCDataChannel} channel */
  #begin(channel) {
    const owner = this.#owner;
    this.#data.begin(channel, {
      opened: () => {
        owner.opened();
        this.#media.use(this.#senders);
        this.#channels.use(this);
      },
      message: (data) => owner.emit('message', { data: /** @type {string | ArrayBuffer} */ (data) }), // no Blobs were asked for
      closed: () => owner.channelClosed(),
      drain: () => owner.emit('drain', {}),
      unsent: (detail) => owner.emit('unsent', detail),
    });
  }
}
