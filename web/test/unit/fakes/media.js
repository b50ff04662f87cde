// Transceivers in memory, after webrtc-pc section 5 and RFC 8829, as far as the
// library uses them. Media sections come after that of the data channel, and
// stay where they are.

import { eventWith } from './events.js';

/** Nothing but what tells one from another. */
export class FakeTrack {
  static #count = 0;
  readyState = 'live';

  constructor(kind = 'video', id = `track${++FakeTrack.#count}`) {
    this.kind = kind;
    this.id = id;
  }
}

export class FakeStream {
  static #count = 0;

  constructor(tracks = [], id = `stream${++FakeStream.#count}`) {
    this.id = id;
    this.getTracks = () => tracks;
  }
}

class FakeSender {
  constructor(track, streams, changed) {
    this.track = track;
    this.streams = streams;
    this.changed = changed;
  }

  async replaceTrack(track) {
    await undefined;
    this.track = track;
  }

  setStreams(...streams) {
    this.streams = streams;
    this.changed();
  }
}

class FakeTransceiver {
  mid = null;
  currentDirection = null;
  /** whether the other side sends here, as far as we were told */
  heard = false;
  stopped = false;
  #direction;

  constructor(kind, direction, sender) {
    this.kind = kind;
    this.#direction = direction;
    this.sender = sender;
    this.receiver = { track: new FakeTrack(kind) };
  }

  /** For good: without a place in a description it never gets one. */
  stop() {
    if (this.mid !== null) this.direction = 'inactive';
    this.stopped = true;
    this.sender.changed();
  }

  get direction() {
    return this.#direction;
  }

  set direction(direction) {
    this.#direction = direction;
    this.sender.changed();
  }
}

/** Those of one connection. */
export class FakeTransceivers {
  all = [];
  #pc;
  #changed;
  /** by mid, when both sides agreed last: what is taken back goes back to that */
  #agreed = [];
  #streams = new Map();

  /** @param changed called when there may be something to negotiate */
  constructor(pc, changed) {
    this.#pc = pc;
    this.#changed = changed;
  }

  add(track, { direction = 'sendrecv', streams = [] } = {}) {
    const transceiver = new FakeTransceiver(track.kind, direction, new FakeSender(track, streams, this.#changed));
    this.all.push(transceiver);
    this.#changed();
    return transceiver;
  }

  remove(sender) {
    const transceiver = this.all.find((one) => one.sender === sender);
    if (!transceiver) throw new DOMException('not ours', 'InvalidAccessError');
    sender.track = null;
    if (sends(transceiver.direction)) transceiver.direction = withoutSending(transceiver.direction);
  }

  /** Section 5.6.3 of webrtc-pc: whether the other side has something to hear of. */
  needed({ localDescription, remoteDescription }) {
    const [local, remote] = [sectionsIn(localDescription?.sdp), sectionsIn(remoteDescription?.sdp)];
    return this.all.some((transceiver) => {
      if (transceiver.currentDirection === 'stopped' || (transceiver.stopped && transceiver.mid === null)) return false;
      const here = transceiver.mid && local.find(({ mid }) => mid === transceiver.mid);
      if (!here) return true;
      const there = remote.find(({ mid }) => mid === transceiver.mid);
      const { direction, sender } = transceiver;
      if (sends(direction) && sends(here.direction) && `${here.streams}` !== `${sender.streams.map(({ id }) => id)}`) return true;
      if (localDescription.type === 'offer') return ![here.direction, reversed(there?.direction)].includes(direction);
      return here.direction !== both(direction, reversed(there.direction));
    });
  }

  /** The media sections of an offer or answer. */
  describe(type, offered) {
    const placed = type === 'answer' ? sectionsIn(offered).map(({ mid }) => this.#by(mid)) : this.#inOrder();
    return placed.flatMap((transceiver, i) => {
      const mid = transceiver.mid ?? String(i + 1);
      const { kind, sender, currentDirection } = transceiver;
      const asked = type === 'answer' ? reversed(sectionsIn(offered)[i].direction) : 'sendrecv';
      const direction = both(transceiver.direction, asked);
      return [`m=${kind} ${currentDirection === 'stopped' ? 0 : 9} UDP/TLS/RTP/SAVPF 96`, `a=mid:${mid}`, `a=${direction}`,
        ...(sends(direction) ? sender.streams.map(({ id }) => `a=msid:${id} ${kind}`) : [])];
    });
  }

  setLocal({ type, sdp }) {
    sectionsIn(sdp).forEach(({ mid, direction }, i) => {
      const transceiver = this.#by(mid) ?? this.#inOrder()[i];
      transceiver.mid = mid;
      if (type === 'answer') transceiver.currentDirection = direction;
    });
    if (type === 'answer') this.#agree();
  }

  /** @param offered our own offer, if this is the answer */
  setRemote({ type, sdp }, offered) {
    const sections = sectionsIn(sdp);
    this.#check(type, sections, offered);
    for (const section of sections) {
      const { mid, kind, direction, rejected } = section;
      const known = this.#by(mid);
      const transceiver = known ?? new FakeTransceiver(kind, 'recvonly', new FakeSender(null, [], this.#changed));
      if (!known) this.all.push(transceiver);
      transceiver.mid = mid;
      if (type === 'answer') transceiver.currentDirection = rejected ? 'stopped' : reversed(direction);
      this.#hear(transceiver, section);
    }
    if (type === 'answer') this.#agree();
  }

  rollback() {
    for (const transceiver of this.all) {
      if (!this.#agreed.includes(transceiver)) transceiver.mid = null;
    }
  }

  /** Sections neither vanish nor change places. */
  #check(type, sections, offered) {
    const before = type === 'answer' ? sectionsIn(offered) : this.#agreed;
    const kept = before.every(({ mid }, i) => sections[i]?.mid === mid);
    if (!kept || (type === 'answer' && sections.length !== before.length)) {
      throw new DOMException('the sections are not those there were', 'InvalidAccessError');
    }
  }

  #hear(transceiver, { direction, streams: ids, rejected }) {
    const heard = !rejected && sends(direction) && receives(transceiver.direction);
    const begins = heard && !transceiver.heard;
    transceiver.heard = heard;
    if (!begins) return;
    const streams = ids.map((id) => {
      if (!this.#streams.has(id)) this.#streams.set(id, new FakeStream([], id));
      return this.#streams.get(id);
    });
    const { receiver } = transceiver;
    this.#pc.dispatchEvent(eventWith('track', { track: receiver.track, receiver, streams, transceiver }));
  }

  #agree() {
    this.#agreed = this.#inOrder().filter(({ mid }) => mid !== null);
  }

  #by(mid) {
    return this.all.find((transceiver) => transceiver.mid === mid);
  }

  /** As their sections are, and then those that have none yet. */
  #inOrder() {
    const order = ({ mid }) => (mid === null ? Infinity : Number(mid));
    return this.all.filter(({ mid, stopped }) => mid !== null || !stopped).sort((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)));
  }
}

/** What a browser keeps of a description: not what it does not know. */
export function asKept({ type, sdp }) {
  return { type, sdp: sdp.replaceAll(/^a=label:.*\r\n/gm, '') };
}

function sectionsIn(sdp = '') {
  return sdp.split(/^(?=m=)/m).slice(1).filter((section) => !section.startsWith('m=application')).map((section) => ({
    kind: /^m=(\w+)/.exec(section)[1],
    rejected: /^m=\w+ 0 /.test(section),
    mid: /^a=mid:(\S+)/m.exec(section)[1],
    direction: /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(section)?.[1] ?? 'sendrecv',
    streams: Array.from(section.matchAll(/^a=msid:(\S+)/gm), ([, id]) => id),
  }));
}

const sends = (direction) => direction.startsWith('send');
const receives = (direction) => direction.endsWith('recv') || direction === 'recvonly';
const direct = (send, receive) => (send ? (receive ? 'sendrecv' : 'sendonly') : (receive ? 'recvonly' : 'inactive'));
const withoutSending = (direction) => direct(false, receives(direction));
const reversed = (direction) => direction && direct(receives(direction), sends(direction));
const both = (one, other) => direct(sends(one) && sends(other), receives(one) && receives(other));
