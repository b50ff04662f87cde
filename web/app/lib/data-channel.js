// One RTCDataChannel as two clients of ours use it: messages of any size, and
// the sender waits where the receiver cannot keep up.

import { controlFrame, Joiner } from './chunks.js';
import { listen } from './listen.js';
import { Outflow } from './outflow.js';

/**
 * @typedef {object} DataChannelOwner
 * @property {() => void} opened
 * @property {(data: string | ArrayBuffer | Blob) => void} message
 * @property {() => boolean} [asBlobs] whether data is to come so; default: as an ArrayBuffer
 * @property {() => void} [ended] the other side has said that all has come that was to come
 * @property {(whole: boolean) => void} closed by the other side, or the transport under it. whole: one that is not ours
 *   cannot say more about its end
 * @property {() => void} drain as of Outflow
 * @property {(detail: import('./outflow.js').OutflowEvents['unsent']) => void} unsent as of Outflow
 *
 * @typedef {object} DataChannelDeps
 * @property {() => number} joins how large a message the other side puts together, if both do so, in bytes; known when it opens
 * @property {() => number} most how large a message the channel takes, in bytes
 * @property {number} maxMessageSize see PeersOptions
 * @property {import('./chunks.js').Workspace} workspace
 * @property {() => boolean} inTouch whether anything may come at the moment
 * @property {(fault: import('./chunks.js').Fault) => void} faulty the other side sends what it may not
 */

export class DataChannel {
  /** The browser's. */
  channel;
  /**
   * What goes into it, once it is open.
   *
   * @type {Outflow | null}
   */
  outflow = null;
  #owner;
  #deps;
  #joiner;
  /** See DataChannelDeps. */
  #joins = 0;
  #told = new AbortController();

  /** @param {RTCDataChannel} channel @param {DataChannelDeps} deps @param {DataChannelOwner} owner */
  constructor(channel, deps, owner) {
    this.channel = channel;
    this.#owner = owner;
    this.#deps = deps;
    const { workspace, maxMessageSize, inTouch, faulty } = deps;
    this.#joiner = new Joiner({
      workspace,
      most: maxMessageSize,
      inTouch,
      asBlobs: owner.asBlobs,
      deliver: (data) => owner.message(data),
      refuse: faulty,
      control: (control) => {
        if (control === 'end') owner.ended?.();
        else this.outflow?.hold(control === 'pause');
      },
    });
    channel.binaryType = 'arraybuffer';
    this.#on('message', ({ data }) => this.#receive(received(data)));
    this.#on('close', () => {
      this.#joiner.end();
      this.outflow?.end();
      owner.closed(this.#joins === 0);
    });
  }

  /** Tells that it is open, now or when it is. */
  start() {
    if (this.usable) this.#open();
    else this.#on('open', () => this.#open());
  }

  /** Touch is back. */
  resumed() {
    this.#joiner.resumed();
  }

  /** Tells nothing any more. */
  mute() {
    this.#told.abort();
    this.#joiner.end();
  }

  /** Whether it takes what it is given, in touch or not. */
  get usable() {
    return this.channel.readyState === 'open';
  }

  /** Bytes that have been taken and have not left yet. */
  get amount() {
    return this.outflow?.amount ?? 0;
  }

  /**
   * Has the other side send no more for a while, what is under way apart. One that is not ours knows nothing of that.
   *
   * @param {boolean} on false: it may go on
   */
  holdOther(on) {
    this.#joiner.pause(on);
    if (this.#joins > 0 && this.usable) this.channel.send(controlFrame(on ? 'pause' : 'resume'));
  }

  /** Whether the other side waits when it is told to. */
  get holds() {
    return this.#joins > 0;
  }

  /** Closes it once all that was taken has left. */
  close() {
    if (!this.outflow || !this.usable) return this.channel.close();
    return this.outflow.finish(() => this.channel.close(), this.#joins > 0 ? controlFrame('end') : null);
  }

  /** Closes it, and what has not left is lost. The other side can tell. */
  abort() {
    this.outflow?.end();
    this.channel.close();
  }

  /**
   * @template {keyof RTCDataChannelEventMap} K
   * @param {K} type
   * @param {(event: RTCDataChannelEventMap[K]) => void} heard
   */
  #on(type, heard) {
    listen(this.channel, type, heard, this.#told.signal);
  }

  #open() {
    // Chunks must arrive, and in order.
    const { ordered, maxRetransmits, maxPacketLifeTime } = this.channel;
    const whole = ordered !== false && (maxRetransmits ?? null) === null && (maxPacketLifeTime ?? null) === null;
    this.#joins = whole ? this.#deps.joins() : 0;
    this.outflow = new Outflow(this.channel, { joins: this.#joins, most: this.#deps.most() });
    this.outflow.addEventListener('drain', () => this.#owner.drain());
    this.outflow.addEventListener('unsent', ({ detail }) => this.#owner.unsent(detail));
    this.#owner.opened();
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    if (this.#joins > 0) this.#joiner.take(data);
    else this.#joiner.pass(data);
  }
}

/**
 * As browsers give it: implementations for Node may give a Buffer, whatever `binaryType` says.
 *
 * @param {string | ArrayBuffer | ArrayBufferView} data that has arrived
 * @returns {string | ArrayBuffer}
 */
export function received(data) {
  if (!ArrayBuffer.isView(data)) return data;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice().buffer;
}
