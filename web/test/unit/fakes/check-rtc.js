// RTCPeerConnection as the connection check uses it: what a browser finds with
// one server is said by the test, and two connections meet unless it says no.

import { eventWith } from './events.js';

/**
 * @typedef {object} Luck what becomes of looking for addresses with a server
 * @property {[string, string][]} [finds] type and address of candidates
 * @property {number[]} [errors]
 * @property {boolean} [endless] looking does not end by itself
 * @property {boolean} [deaf] nothing comes through
 * @property {boolean} [bad] the configuration is not taken
 */

/**
 * @param {Record<string, Luck>} luck by address of the server; '' = without a server
 */
export function fakeRTC(luck) {
  const all = [];
  class PeerConnection extends EventTarget {
    iceGatheringState = 'new';
    localDescription = null;
    channel = null;
    closed = false;
    added = [];

    constructor({ iceServers = [], iceTransportPolicy = 'all' }) {
      super();
      this.policy = iceTransportPolicy;
      this.luck = luck[iceServers[0]?.urls ?? ''];
      if (this.luck.bad) throw new DOMException('malformed', 'SyntaxError');
      this.id = all.push(this) - 1;
    }

    createDataChannel() {
      this.channel = new EventTarget();
      return this.channel;
    }

    async createAnswer() {
      return { type: 'answer', sdp: String(this.id) };
    }

    async setLocalDescription(description = { type: 'offer', sdp: String(this.id) }) {
      this.localDescription = description;
      setTimeout(() => this.#gather(), 5);
    }

    async setRemoteDescription({ sdp }) {
      this.other = all[sdp];
    }

    async addIceCandidate(candidate) {
      this.added.push(candidate.type);
      if (this.closed || this.luck.deaf) return;
      if (this.channel && !this.far) this.#meet();
    }

    close() {
      this.closed = true;
    }

    #gather() {
      if (this.closed) return;
      for (const errorCode of this.luck.errors ?? []) this.dispatchEvent(eventWith('icecandidateerror', { errorCode }));
      for (const [type, address] of this.luck.finds ?? []) {
        if (this.policy === 'relay' && type !== 'relay') continue;
        this.dispatchEvent(eventWith('icecandidate', { candidate: { candidate: `typ ${type}`, type, address } }));
      }
      this.dispatchEvent(eventWith('icecandidate', { candidate: { candidate: '' } }));
      if (this.luck.endless) return;
      this.iceGatheringState = 'complete';
      this.dispatchEvent(new Event('icegatheringstatechange'));
    }

    /** The far side gets a channel; what is sent arrives 2 ms later. */
    #meet() {
      this.far = new EventTarget();
      const wire = (from, to) => {
        from.send = (data) => setTimeout(() => to.dispatchEvent(eventWith('message', { data })), 2);
      };
      wire(this.channel, this.far);
      wire(this.far, this.channel);
      this.other.dispatchEvent(eventWith('datachannel', { channel: this.far }));
      this.channel.dispatchEvent(new Event('open'));
    }
  }
  return { all, RTCPeerConnection: PeerConnection };
}
