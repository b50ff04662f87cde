// One named channel with another user, as the application sees it.

import { Backlog } from './backlog.js';
import { Emitter } from './emitter.js';
import { Inflow } from './inflow.js';
import { Writable } from './writable.js';

/** Most bytes that a label or protocol may have (RFC 8832 section 5.1). */
const LONGEST = 65_535;

/**
 * How messages go, as with RTCPeerConnection.createDataChannel(): reliably and in order, unless it says otherwise.
 *
 * @typedef {object} ChannelOptions
 * @property {boolean} [ordered] false: each is told as it arrives, be it before an older one; default: true
 * @property {number} [maxRetransmits] how often one is sent again at most, then it is lost; default: until it arrives
 * @property {number} [maxPacketLifeTime] how long it is sent again at most, in ms; not together with maxRetransmits
 * @property {string} [protocol] which the other side reads as Channel.protocol; default: ''
 */

/**
 * - `connecting`: not yet, or as the connection is made anew
 * - `open`: messages can be sent
 * - `closed`: for good; the next one of that label is a new Channel
 *
 * @typedef {'connecting' | 'open' | 'closed'} ChannelState
 */

/**
 * @typedef {object} ChannelEvents
 * @property {object} open messages can be sent; again with each new connection, and what had not left is lost then
 * @property {object} close once: one of the two has closed it, or the Peer is over
 * @property {{ data: string | ArrayBuffer | Blob }} message the other side sent one; see Channel.binaryType
 * @property {object} drain as of Peer
 * @property {{ data: string | ArrayBuffer | Blob, error: unknown }} unsent as of Peer
 */

/** @typedef {import('./data-channel.js').DataChannel} DataChannel */

/**
 * Has a data channel carry what goes to and fro.
 *
 * @typedef {(owner: import('./data-channel.js').DataChannelOwner) => DataChannel} Carry
 */

/**
 * A named channel beside the first, of which Peer.channel() and the event `channel` tell. It is made again with every new
 * connection. If both sides make one of the same label, it is one Channel to both; the options of either may be in force.
 * Messages that come before anybody listens for `message`, or asks for `readable`, wait for that: up to 1 MiB, then the other
 * side waits. (What is unreliable is lost beyond that.)
 *
 * @extends {Emitter<ChannelEvents>}
 */
export class Channel extends Emitter {
  /** Its name. Of one label there is one at a time. */
  label;
  /** What it is for, as whoever made it has it. */
  protocol;
  /**
   * How data comes, as with RTCDataChannel: `blob` is for files, as browsers need not keep all of it in memory.
   *
   * @type {'arraybuffer' | 'blob'}
   */
  binaryType = 'arraybuffer';
  /**
   * How we want it; null: it is the other side's to make.
   *
   * @internal
   */
  init;
  /** @type {ChannelState} */
  #state = 'connecting';
  /** @type {Promise<Channel> | null} made when it is asked for */
  #opened = null;
  /** @type {Set<DataChannel>} by which something may come */
  #carriers = new Set();
  /** @type {DataChannel | null} that we send by; the same for as long as it is there, as no order holds between two */
  #out = null;
  /** @type {DataChannel | null} which of them the other side has made */
  #theirs = null;
  /** Whether all has come that was to come. */
  #whole = true;
  /** What has come before anybody listened or read. */
  #backlog;
  #heard = false;
  /** @type {Inflow | null} what comes, if it is read as a stream */
  #inflow = null;
  /** @type {Writable | null} what goes, if it is written as a stream */
  #writable = null;
  #forget;
  #deps;

  /**
   * Peer.channel() makes these.
   *
   * @internal
   * @param {string} label
   * @param {string} protocol
   * @param {RTCDataChannelInit | null} init
   * @param {() => void} forget called when it is closed
   * @param {Pick<import('./inflow.js').InflowDeps, 'workspace' | 'overload'>} deps
   */
  constructor(label, protocol, init, forget, deps) {
    super();
    this.label = label;
    this.protocol = protocol;
    this.init = init;
    this.#forget = forget;
    this.#deps = deps;
    this.#backlog = new Backlog({ ...deps, hold: (on) => this.#holdOther(on), holds: () => this.#out?.holds ?? false });
  }

  /**
   * Messages that came before anybody listened for them come then.
   *
   * @template {keyof ChannelEvents & string} K
   * @param {K} type
   * @param {import('./emitter.js').Listener<ChannelEvents[K]> | EventListenerObject | null} listener
   * @param {boolean | AddEventListenerOptions} [options]
   * @override
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
    if (type !== 'message' || this.#heard || this.#inflow) return;
    queueMicrotask(() => {
      if (this.#heard || this.#inflow) return;
      this.#heard = true;
      for (const data of this.#backlog.take()) this.emit('message', { data });
    });
  }

  /** See ChannelState. */
  get state() {
    return this.#state;
  }

  /**
   * Settles when it is open for the first time, to this Channel, or is over before: NetworkError then, a DOMException.
   */
  get opened() {
    this.#opened ??= new Promise((resolve, reject) => {
      const settle = () => {
        if (this.#state === 'open') resolve(this);
        else if (this.#state === 'closed') reject(this.#cutOff);
      };
      for (const type of /** @type {const} */ (['open', 'close'])) this.addEventListener(type, settle, { once: true });
      settle();
    });
    return this.#opened;
  }

  /** Bytes handed to send() that have not left yet. */
  get bufferedAmount() {
    return this.#out?.amount ?? 0;
  }

  /**
   * Sends one message, as Peer.send() does. What is not reliable and in order may have no more than the browser takes at
   * once: 256 KiB mostly, 64 KiB at least.
   *
   * @param {import('./outflow.js').Data} data
   * @returns {boolean} false: it is taken, and it is time to pause until `drain`
   * @throws {TypeError} it is larger than the other side takes
   * @throws {DOMException} InvalidStateError unless the state is `open`; OperationError if too much waits, see Peer.send()
   */
  send(data) {
    return this.#outflow.send(data);
  }

  /**
   * Waits until it is time to send more, as Peer.drained() does.
   *
   * @param {AbortSignal} [signal]
   * @returns {Promise<void>}
   */
  async drained(signal) {
    await this.#outflow.drained(signal);
  }

  /**
   * Sends a Blob as one message, see Peer.sendBlob().
   *
   * @param {Blob} blob
   * @param {import('./peer.js').SendBlobOptions} [options]
   * @returns {Promise<void>}
   */
  async sendBlob(blob, { signal, onprogress } = {}) {
    await this.#outflow.transfer(blob, { signal, progress: onprogress });
  }

  /**
   * What the other side sends, to be read as a stream. Once you have asked for it, messages come here and not as events. If
   * you read slowly, the other side waits, where it has this library. It ends when the other side closes the channel, and
   * fails, with a NetworkError, when it was cut off: the connection was lost or made anew (after the next `open` there is
   * another stream), or the writer gave up. What is unreliable, or of another client, always looks like a clean end. To
   * cancel it closes the channel, and whoever writes gets a NetworkError. Parts are strings and ArrayBuffers.
   *
   * @returns {ReadableStream<string | ArrayBuffer | Blob>}
   */
  get readable() {
    if (!this.#inflow) {
      const inflow = this.#inflow = new Inflow({
        ...this.#deps,
        hold: (on) => this.#holdOther(on),
        cancelled: () => this.close(),
      });
      for (const data of this.#backlog.take()) inflow.take(data);
      if (this.#state === 'closed') this.#endInflow();
    }
    return this.#inflow.readable;
  }

  /**
   * Sends what is written to it, each part as a message, no faster than it leaves: for files larger than one message may be,
   * or with progress at both ends. It may be written to before the channel is open. Closing it closes the channel when all
   * has left, and what the other side reads ends; aborting it cuts it off, and what the other side reads fails. It fails
   * with a NetworkError when the connection is lost or made anew, or the other side closes the channel or cancels.
   *
   * @returns {WritableStream<import('./outflow.js').Data>}
   */
  get writable() {
    this.#writable ??= new Writable({
      send: (data) => {
        if (this.#state !== 'open') throw this.#cutOff;
        return this.send(data);
      },
      drained: (signal) => this.drained(signal),
      close: () => this.close(),
      abort: () => this.#close((carrier) => carrier.abort()),
    });
    if (this.#state === 'open') this.#writable.open();
    if (this.#state === 'closed') this.#writable.fail(this.#cutOff);
    return this.#writable.writable;
  }

  /** Closes it, at both ends. What send() has taken arrives first. */
  close() {
    this.#close((carrier) => carrier.close());
  }

  /** @param {(carrier: DataChannel) => void} how */
  #close(how) {
    const carriers = [...this.#carriers];
    this.end();
    for (const carrier of carriers) how(carrier);
  }

  /**
   * Whether the other side has made one that carries it.
   *
   * @internal
   */
  get madeByOther() {
    return this.#theirs !== null;
  }

  /**
   * Whether there is anything that carries it, or soon may.
   *
   * @internal
   */
  get carried() {
    return this.#carriers.size > 0;
  }

  /**
   * @internal
   * @param {Carry} carry
   * @param {boolean} [theirs] whether the other side has made it
   */
  use(carry, theirs = false) {
    const carrier = carry({
      opened: () => this.#carriedBy(carrier),
      message: (data) => this.#receive(data),
      asBlobs: () => this.binaryType === 'blob',
      ended: () => {
        this.#over(carrier, true);
        carrier.abort();
      },
      closed: (whole) => this.#over(carrier, whole),
      drain: () => this.emit('drain', {}),
      unsent: (detail) => this.emit('unsent', detail),
    });
    this.#carriers.add(carrier);
    if (theirs) this.#theirs = carrier;
  }

  /**
   * The connection is given up.
   *
   * @internal
   */
  lost() {
    this.#letGo();
    if (this.#state !== 'open') return;
    this.#state = 'connecting';
    this.#failStreams();
    this.#inflow = null;
    this.#writable = null;
  }

  /**
   * There is none any more, nor will there be.
   *
   * @internal
   * @param {boolean} [whole] whether all has come that was to come
   */
  end(whole = false) {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#whole = whole;
    this.#letGo();
    this.#backlog.end();
    this.#failStreams();
    this.#forget();
    this.emit('close', {});
  }

  #letGo() {
    this.#carriers.clear();
    this.#theirs = null;
    this.#out = null;
  }

  get #outflow() {
    const outflow = this.#state === 'open' && this.#out?.outflow;
    if (!outflow) throw new DOMException(`Channel ${this.label} is not open`, 'InvalidStateError');
    return outflow;
  }

  /** @param {DataChannel} carrier that is open */
  #carriedBy(carrier) {
    this.#out ??= carrier;
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#writable?.open();
    this.emit('open', {});
  }

  /** @param {string | ArrayBuffer | Blob} data */
  #receive(data) {
    if (this.#state === 'closed') return;
    if (this.#inflow) this.#inflow.take(data);
    else if (this.#heard) this.emit('message', { data });
    else this.#backlog.add(data);
  }

  /** @param {boolean} on */
  #holdOther(on) {
    for (const carrier of this.#carriers) carrier.holdOther(on);
  }

  /** Nothing more comes by it. Where both have made one, it ends with the second. @param {DataChannel} carrier @param {boolean} whole */
  #over(carrier, whole) {
    if (!this.#carriers.delete(carrier)) return;
    if (this.#theirs === carrier) this.#theirs = null;
    this.#whole &&= whole;
    if (this.#carriers.size === 0) this.end(this.#whole);
    else if (this.#out === carrier) this.#out = [...this.#carriers].find(({ usable }) => usable) ?? null;
  }

  get #cutOff() {
    return new DOMException(`Channel ${this.label} was cut off`, 'NetworkError');
  }

  #failStreams() {
    this.#endInflow();
    this.#writable?.fail(this.#cutOff);
  }

  #endInflow() {
    if (this.#state === 'closed' && this.#whole) this.#inflow?.close();
    else this.#inflow?.fail(this.#cutOff);
  }
}

/**
 * @param {string} label
 * @param {ChannelOptions} options
 * @returns {RTCDataChannelInit}
 * @throws {TypeError} as createDataChannel() would, but at once
 */
export function initOf(label, { ordered = true, maxRetransmits, maxPacketLifeTime, protocol = '' }) {
  for (const [what, text] of Object.entries({ label, protocol })) {
    if (typeof text !== 'string') throw new TypeError(`A ${what} is a string`);
    if (new TextEncoder().encode(text).length > LONGEST) throw new TypeError(`A ${what} may have ${LONGEST} bytes at most`);
  }
  const limits = Object.entries({ maxRetransmits, maxPacketLifeTime }).filter(([, limit]) => limit !== undefined && limit !== null);
  for (const [what, limit] of limits) {
    if (!(Number(limit) >= 0 && Number(limit) <= 65_535)) throw new TypeError(`${what} is from 0 to 65535`);
  }
  if (limits.length > 1) throw new TypeError('Give maxRetransmits or maxPacketLifeTime, not both');
  return { ordered, protocol, ...Object.fromEntries(limits) };
}
