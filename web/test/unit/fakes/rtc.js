// RTCPeerConnection in memory: signaling states, rollback, ICE restarts, a
// data channel and media, as far as the library uses them. Two connections come
// together when each has the other's description and at least one of its candidates.

import { eventWith, Target } from './events.js';
import { asKept, FakeTransceivers } from './media.js';

/** What the connections of one test share. */
export class FakeNetwork {
  /** false: no two connections find each other */
  up = true;
  relay = false;
  /** types of the candidates that each side finds */
  finds = ['host'];
  /** whether the browser tells of candidates before it tells that it looks for any, as Chromium may */
  tellsLate = false;
  /** more about the two ends of a path, as statistics tell it */
  ends = [];
  /** how long an operation takes, in ms: time for others to interfere */
  pace = 0;
  /** every connection ever made, oldest first */
  all = [];
  /** operations that were started while another was under way */
  overlaps = 0;

  /** every certificate ever made */
  certificates = 0;

  get RTCPeerConnection() {
    const network = this;
    return class extends FakePeerConnection {
      static async generateCertificate() {
        return { fingerprint: fingerprint(0, ++network.certificates) };
      }

      constructor(configuration) {
        super(network, configuration);
      }
    };
  }

  get open() {
    return this.all.filter((pc) => pc.signalingState !== 'closed' && !pc.vanished);
  }

  /** Both ends lose touch, then (unless healed) ICE fails. */
  lose(state) {
    for (const pc of this.open) pc.become(state);
  }
}

class FakePeerConnection extends Target {
  signalingState = 'stable';
  connectionState = 'new';
  iceGatheringState = 'new';
  localDescription = null;
  remoteDescription = null;
  vanished = false;
  sctp = { maxMessageSize: 262_144 };
  /** for tests: candidates that were added, those that were refused, and offers taken back */
  added = [];
  refused = [];
  rollbacks = 0;
  /** for tests: the next setRemoteDescription of this type fails */
  failNext = null;

  #network;
  #configuration;
  #id;
  #fingerprint;
  #version = 0;
  #ufrag = '';
  #ufrags = 0;
  #channels = [];
  #nextId;
  #transceivers = new FakeTransceivers(this, () => this.#need());
  #restartWanted = false;
  #negotiationWanted = false;
  #busy = false;
  /** [localDescription, remoteDescription, ufrag] of the last stable state */
  #stable = [null, null, ''];
  #heardFrom = '';

  constructor(network, configuration) {
    super();
    this.#network = network;
    this.setConfiguration(configuration);
    this.#id = network.all.length;
    this.#nextId = this.#id % 2;
    this.#fingerprint = configuration.certificates?.[0].fingerprint ?? fingerprint(1, this.#id);
    network.all.push(this);
  }

  getConfiguration() {
    return this.#configuration;
  }

  setConfiguration(configuration) {
    if (configuration.iceServers.some(({ urls }) => `${urls}`.startsWith('bad:'))) {
      throw new DOMException('malformed', 'SyntaxError');
    }
    this.#configuration = configuration;
  }

  createDataChannel(label, init = {}) {
    if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
    const channel = new FakeChannel(label, init);
    this.#channels.push(channel);
    this.#need();
    if (this.connectionState === 'connected') setTimeout(() => this.#open(channel), 1);
    return channel;
  }

  /** The channel opens here, and a moment later there. */
  #open(channel) {
    const other = this.#partner();
    if (!other || channel.readyState !== 'connecting') return;
    this.#number(channel);
    const [remote] = other.connectedBy([channel]);
    channel.join(remote);
  }

  /** Whose connection is younger has the odd numbers, as if it were the DTLS server. */
  #number(channel) {
    channel.id = this.#nextId;
    this.#nextId += 2;
  }

  addTransceiver(track, init) {
    this.#live();
    return this.#transceivers.add(track, init);
  }

  removeTrack(sender) {
    this.#live();
    this.#transceivers.remove(sender);
  }

  getTransceivers() {
    return [...this.#transceivers.all];
  }

  restartIce() {
    this.#restartWanted = true;
    this.#need();
  }

  createOffer() {
    return this.#exclusively(() => this.#describe('offer'));
  }

  createAnswer() {
    return this.#exclusively(() => this.#describe('answer'));
  }

  setLocalDescription(description) {
    return this.#exclusively(() => {
      if (description?.type === 'rollback') return this.#rollback();
      const answering = this.signalingState === 'have-remote-offer';
      const local = description ?? this.#describe(answering ? 'answer' : 'offer');
      if (answering !== (local.type === 'answer')) throw new DOMException(this.signalingState, 'InvalidStateError');
      this.#ufrag = ufragOf(local);
      this.#transceivers.setLocal(local);
      if (answering) this.#restartWanted = false;
      this.localDescription = local;
      this.#enter(answering ? 'stable' : 'have-local-offer');
      this.#gather();
      return undefined;
    });
  }

  setRemoteDescription(description) {
    return this.#exclusively(() => {
      if (this.failNext === description.type) {
        this.failNext = null;
        throw new DOMException('role conflict', 'InvalidAccessError');
      }
      const { type, sdp } = description;
      if (!/^a=fake-id:\d+$/m.test(sdp)) throw new DOMException('not SDP', 'OperationError');
      if (type === 'offer' && this.signalingState === 'have-local-offer') this.#rollback();
      const expected = type === 'offer' ? 'stable' : 'have-local-offer';
      if (this.signalingState !== expected) throw new DOMException(this.signalingState, 'InvalidStateError');
      this.#transceivers.setRemote(description, this.localDescription?.sdp);
      this.remoteDescription = asKept(description);
      if (type === 'answer') this.#restartWanted = false;
      this.#enter(type === 'offer' ? 'have-remote-offer' : 'stable');
    });
  }

  async addIceCandidate(candidate) {
    await this.#exclusively(() => {
      if (!this.remoteDescription) throw new DOMException('no remote description', 'InvalidStateError');
      const { sdpMid = null, sdpMLineIndex = null, usernameFragment = null } = candidate ?? {};
      const known = ufragOf(this.remoteDescription);
      const refusal = !candidate ? null
        : sdpMid === null && sdpMLineIndex === null ? new TypeError('no mid and no index')
        : (sdpMid ?? '0') !== '0' || (sdpMLineIndex ?? 0) !== 0 ? new DOMException('unknown part', 'OperationError')
        : !candidate.candidate.startsWith('candidate:') ? new DOMException('not a candidate', 'OperationError')
        : (usernameFragment ?? known) !== known ? new DOMException('unknown ufrag', 'OperationError') : null;
      if (refusal) {
        this.refused.push(candidate);
        throw refusal;
      }
      this.added.push(candidate);
      if (candidate) this.#heardFrom = known;
    });
    this.#tryConnect();
  }

  async getStats() {
    const candidateType = this.#network.relay ? 'relay' : 'host';
    const alive = this.connectionState === 'connected' && this.#partner();
    return new Map([
      ['t', { type: 'transport', selectedCandidatePairId: 'p' }],
      ['p', { type: 'candidate-pair', localCandidateId: 'l', remoteCandidateId: 'r', responsesReceived: alive ? Math.floor(performance.now() / 5000) : 7 }],
      ['l', { type: 'local-candidate', candidateType: 'host', ...this.#network.ends[0] }],
      ['r', { type: 'remote-candidate', candidateType, ...this.#network.ends[1] }],
    ]);
  }

  close() {
    if (this.signalingState === 'closed') return;
    const partner = this.#partner();
    this.signalingState = this.connectionState = 'closed';
    for (const channel of this.#channels) channel.readyState = 'closed';
    if (!this.vanished) partner?.hearClose();
  }

  // ---- for tests and for the other end

  get channels() {
    return this.#channels;
  }

  get ufrag() {
    return this.#ufrag;
  }

  /** A STUN or TURN server is of no help. */
  stumble(url, errorCode) {
    this.dispatchEvent(eventWith('icecandidateerror', { url, errorCode }));
  }

  /** The page is gone without a goodbye. */
  vanish() {
    this.vanished = true;
  }

  become(state) {
    if (this.connectionState === state || this.signalingState === 'closed') return;
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }

  hearClose() {
    for (const channel of [...this.#channels].reverse()) channel.end();
  }

  channelsToOpen() {
    const waiting = this.#channels.filter((channel) => !channel.other && channel.readyState === 'connecting');
    for (const channel of waiting) this.#number(channel);
    return waiting;
  }

  /** Connected; the other side's new channels get their counterparts. */
  connectedBy(theirs) {
    this.become('connected');
    return theirs.map(({ label, init, id }) => {
      const channel = new FakeChannel(label, init);
      channel.id = id;
      this.#channels.push(channel);
      this.dispatchEvent(eventWith('datachannel', { channel }));
      return channel;
    });
  }

  /** What arrives on a track of ours: the track that the other end sends there. */
  arrivingOn(track) {
    const { mid, currentDirection } = this.#transceivers.all.find(({ receiver }) => receiver.track === track);
    const theirs = this.#partner()?.getTransceivers().find((transceiver) => transceiver.mid === mid);
    const flows = /recv/.test(currentDirection) && /send/.test(theirs?.currentDirection) && this.connectionState === 'connected';
    return flows ? theirs.sender.track : null;
  }

  settledWith(other) {
    return this.signalingState === 'stable' && !this.vanished && this.#heardFrom === other.ufrag
      && ufragOf(this.remoteDescription) === other.ufrag && ufragOf(this.localDescription) === this.#ufrag;
  }

  // ---- inside

  #live() {
    if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
  }

  #need() {
    this.#negotiationWanted = true;
    queueMicrotask(() => {
      const { length } = this.#channels;
      this.#negotiationWanted &&= this.#restartWanted || (length > 0 && !this.localDescription) || this.#transceivers.needed(this);
      if (!this.#negotiationWanted || this.signalingState !== 'stable') return;
      this.#negotiationWanted = false;
      this.dispatchEvent(new Event('negotiationneeded'));
    });
  }

  #remoteRestarts() {
    const [, before] = this.#stable;
    return before !== null && ufragOf(before) !== ufragOf(this.remoteDescription);
  }

  #describe(type) {
    const setup = type === 'offer' ? 'actpass' : 'active';
    const fresh = this.#restartWanted || !this.#ufrag || (type === 'answer' && this.#remoteRestarts());
    const ufrag = fresh ? `u${this.#id}.${++this.#ufrags}` : this.#ufrag;
    const sdp = ['v=0', `o=- ${1000 + this.#id} ${++this.#version} IN IP4 127.0.0.1`, 's=-', 't=0 0', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:0',
      `a=fingerprint:sha-256 ${this.#fingerprint}`, `a=setup:${setup}`, `a=ice-ufrag:${ufrag}`, `a=fake-id:${this.#id}`,
      ...this.#transceivers.describe(type, this.remoteDescription?.sdp), ''].join('\r\n');
    return { type, sdp };
  }

  #rollback() {
    this.rollbacks++;
    [this.localDescription, this.remoteDescription, this.#ufrag] = this.#stable;
    this.#transceivers.rollback();
    this.#enter('stable');
    this.#need();
  }

  #enter(state) {
    if (this.signalingState === 'closed') return;
    this.signalingState = state;
    if (state === 'stable') {
      this.#stable = [this.localDescription, this.remoteDescription, this.#ufrag];
      this.#tryConnect();
      this.#need();
    }
  }

  #gather() {
    const usernameFragment = this.#ufrag;
    if (usernameFragment === this.gathered) return;
    this.gathered = usernameFragment;
    const { iceTransportPolicy } = this.#configuration;
    const found = this.#network.finds.filter((type) => iceTransportPolicy !== 'relay' || type === 'relay');
    const { tellsLate } = this.#network;
    if (!tellsLate) this.#gathering('gathering');
    queueMicrotask(() => {
      for (const type of found) {
        const candidate = { candidate: `candidate:${usernameFragment} typ ${type} raddr 10.0.0.7 rport 7`, sdpMid: '0', usernameFragment };
        if (this.#ufrag !== usernameFragment || !this.localDescription) return;
        const { type: kind, sdp } = this.localDescription;
        this.localDescription = { type: kind, sdp: sdp.replace(/^a=fake-id:.*\r\n/m, (line) => `${line}a=${candidate.candidate}\r\n`) };
        this.dispatchEvent(eventWith('icecandidate', { candidate: { ...candidate, toJSON: () => ({ ...candidate }) } }));
      }
      this.dispatchEvent(eventWith('icecandidate', { candidate: null }));
      if (tellsLate) this.#gathering('gathering');
      this.#gathering('complete');
    });
  }

  #gathering(state) {
    this.iceGatheringState = state;
    this.dispatchEvent(new Event('icegatheringstatechange'));
  }

  #partner() {
    const id = /^a=fake-id:(\d+)/m.exec(this.remoteDescription?.sdp ?? '')?.[1];
    const pc = id === undefined ? undefined : this.#network.all[Number(id)];
    return pc && !pc.vanished && pc.signalingState !== 'closed' ? pc : undefined;
  }

  #tryConnect() {
    const other = this.#partner();
    if (!this.#network.up || !other || !this.settledWith(other) || !other.settledWith(this)) return;
    const waiting = [this, other].map((pc) => pc.channelsToOpen());
    const remote = [other.connectedBy(waiting[0]), this.connectedBy(waiting[1])];
    for (const side of [0, 1]) waiting[side].forEach((channel, i) => channel.join(remote[side][i]));
  }

  async #exclusively(operation) {
    if (this.signalingState === 'closed') return new Promise(() => {}); // as browsers do
    if (this.#busy) this.#network.overlaps++;
    this.#busy = true;
    try {
      const { pace } = this.#network;
      if (pace > 0) await new Promise((resolve) => setTimeout(resolve, pace));
      else await undefined;
      return operation();
    } finally {
      this.#busy = false;
    }
  }
}

class FakeChannel extends Target {
  readyState = 'connecting';
  /** as long as there is no connection */
  id = null;
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  other = null;
  /** for tests: characters or bytes that leave per ms */
  rate = Infinity;
  /** for tests: ms that it takes to arrive */
  delay = 1;
  /** for tests: whether what is sent first stays counted, as Chromium does with what a channel is given as it opens */
  sticky = false;
  #freeAt = 0;

  constructor(label, init) {
    super();
    this.label = label;
    this.init = init;
    const { protocol = '', ordered = true, maxRetransmits = null, maxPacketLifeTime = null } = init;
    Object.assign(this, { protocol, ordered, maxRetransmits, maxPacketLifeTime });
  }

  join(other) {
    this.other = other;
    other.other = this;
    for (const channel of [this, other]) {
      if (channel.readyState !== 'connecting') continue; // closed by whoever was told of it
      channel.readyState = 'open';
      channel.dispatchEvent(new Event('open'));
    }
  }

  send(data) {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError');
    const size = sizeOf(data);
    if (this.rate < Infinity || this.#freeAt > performance.now()) return this.#sendSlowly(data, size);
    this.bufferedAmount = this.sticky ? size : 0;
    this.sticky = false;
    this.#deliver(data);
  }

  #sendSlowly(data, size) {
    this.bufferedAmount += size;
    this.#freeAt = Math.max(this.#freeAt, performance.now()) + size / this.rate;
    setTimeout(() => {
      if (this.readyState === 'closed' || this.other.readyState === 'closed') return;
      const before = this.bufferedAmount;
      this.bufferedAmount -= size;
      this.#deliver(data);
      const low = this.bufferedAmountLowThreshold;
      if (before > low && this.bufferedAmount <= low) this.dispatchEvent(new Event('bufferedamountlow'));
    }, this.#freeAt - performance.now());
  }

  #deliver(sent) {
    const data = typeof sent === 'string' ? sent : bufferOf(sent);
    setTimeout(() => this.other.readyState === 'closed' || this.other.dispatchEvent(eventWith('message', { data })), this.delay);
  }

  /** Both ends, when all has arrived. */
  close() {
    if (!['connecting', 'open'].includes(this.readyState)) return;
    this.readyState = 'closing';
    setTimeout(() => {
      this.other?.end();
      this.end();
    }, this.delay + 1);
  }

  end() {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    queueMicrotask(() => this.dispatchEvent(new Event('close')));
  }
}

/** A copy, as of binaryType `arraybuffer`. */
export function bufferOf(data) {
  return new Uint8Array(data.buffer ?? data, data.byteOffset, data.byteLength).slice().buffer;
}

/** Characters of text, bytes of all else. */
function sizeOf(data) {
  return data.length ?? data.byteLength;
}

function ufragOf(description) {
  return /^a=ice-ufrag:(\S+)/m.exec(description?.sdp ?? '')?.[1];
}

/** @param {number} kind @param {number} number */
function fingerprint(kind, number) {
  return [kind, number >> 8, number & 255].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
}
