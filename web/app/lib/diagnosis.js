// Why two do not find a way to each other: judged by what the browser found of
// its own (RFC 8445 section 5.1.1), by what the other side told of itself, and
// by what STUN and TURN servers answered (webrtc-pc, icecandidateerror).

import { offersRelay } from './ice-servers.js';
import { ufragOf } from './sdp.js';

/** Errors kept of one look for a path; the first ones tell as much as the last. */
const MAX_ERRORS = 64;
/** No answer at all (webrtc-pc, RTCPeerConnectionIceErrorEvent). */
const UNREACHABLE = 701;
/** The server has no room, or none for this user (RFC 8656 section 18). */
const FULL = Object.freeze([486, 508]);

/** The states of ICE in which it has found a path (webrtc-pc, RTCIceConnectionState). */
const FOUND = Object.freeze(['connected', 'completed']);

/** @typedef {'timeout' | 'no-candidates' | 'no-remote-candidates' | 'bad-candidates' | 'udp-blocked' | 'no-relay' | 'relay-refused' | 'relay-full' | 'relay-unreachable' | 'ice-failed'} Verdict */

export class Diagnosis {
  /** Whether the other side told of any of its own that this browser takes. */
  #heard = false;
  /** Whether it told of others. */
  #refused = false;
  /** @type {{ url: string, code: number, look: string }[]} look: which one it was of */
  #errors = [];
  /** Whether all was looked for, and nothing found. */
  #barren = false;
  #pc;

  /**
   * @param {RTCPeerConnection} pc
   * @param {() => void} barren all was looked for, and nothing found: without candidates no connection comes about
   */
  constructor(pc, barren) {
    this.#pc = pc;
    pc.addEventListener('icecandidateerror', ({ url, errorCode }) => {
      this.#errors = this.#recent;
      if (this.#errors.length < MAX_ERRORS) this.#errors.push({ url: url ?? '', code: errorCode, look: this.#look });
    });
    pc.addEventListener('icegatheringstatechange', () => {
      const { iceGatheringState, localDescription } = pc; // which there is none of when it was taken back
      this.#barren = iceGatheringState === 'complete' && localDescription !== null && this.#own.size === 0;
      if (this.#barren) barren();
    });
  }

  /**
   * The other side told of a candidate.
   *
   * @param {boolean} taken whether the browser has taken it
   */
  hear(taken) {
    if (taken) this.#heard = true;
    else this.#refused = true;
  }

  /**
   * @param {import('./ice-servers.js').Means} means that the connection was to be made with
   * @param {boolean} silent whether it is the other side that was not heard of (any more)
   * @returns {Verdict}
   */
  verdict({ iceServers, relayOnly }, silent) {
    if (silent && !this.#barren) return 'timeout';
    const { iceConnectionState, iceGatheringState, remoteDescription } = this.#pc;
    if (FOUND.includes(iceConnectionState)) return 'ice-failed'; // there is a path: it is something else
    const own = this.#own;
    if (own.size === 0 && !relayOnly) return iceGatheringState === 'new' ? 'ice-failed' : 'no-candidates';
    if (offersRelay(iceServers) && !own.has('relay')) return this.#relayTrouble();
    if (!this.#heard && !/^a=candidate:/m.test(remoteDescription?.sdp ?? '')) {
      return this.#refused ? 'bad-candidates' : 'no-remote-candidates';
    }
    if (offersRelay(iceServers)) return 'ice-failed';
    return this.#noStunAnswered(iceServers) ? 'udp-blocked' : 'no-relay';
  }

  /**
   * Types of our own candidates, of the last look for a path. The description has them (JSEP section 4.1.16): events do not
   * tell which look they are of, and Chromium may tell that it has begun after what it found.
   */
  get #own() {
    const { sdp = '' } = this.#pc.localDescription ?? {};
    return new Set(Array.from(sdp.matchAll(/^a=candidate:.* typ (\w+)/gm), ([, type]) => type));
  }

  /** Which look for a path it is: each has a user name of its own (RFC 8445 section 9). */
  get #look() {
    return ufragOf(this.#pc.localDescription?.sdp ?? '');
  }

  /** @returns {{ url: string, code: number, look: string }[]} of the last look for a path */
  get #recent() {
    return this.#errors.filter(({ look }) => look === this.#look);
  }

  /** @param {RTCIceServer[]} iceServers */
  #noStunAnswered(iceServers) {
    if (this.#own.has('srflx')) return false;
    const asked = iceServers.flatMap(({ urls }) => urls).filter((url) => /^stun/i.test(url)).length;
    const unheard = this.#recent.filter(({ url, code }) => /^stun/i.test(url) && code === UNREACHABLE);
    return asked > 0 && new Set(unheard.map(({ url }) => url)).size >= asked;
  }

  #relayTrouble() {
    const codes = this.#recent.filter(({ url, code }) => /^turn/i.test(url) && code < UNREACHABLE).map(({ code }) => code);
    if (codes.length === 0) return 'relay-unreachable';
    return codes.every((code) => FULL.includes(code)) ? 'relay-full' : 'relay-refused';
  }
}
