// What is to leave by one data channel: in order, and no faster than the channel
// passes it on. By itself a channel would take any amount (Firefox), or throw at
// some (Chromium).

import { CHUNK, looksLikeChunk, Splitter } from './chunks.js';
import { Emitter } from './emitter.js';

/** So much is given to the channel ahead, in bytes: enough to keep it busy. */
const AHEAD = 1_048_576;
/** With more than HIGH waiting it is time to pause, and with no more than LOW to go on, in bytes. */
const HIGH = 1_048_576;
const LOW = 262_144;
/** So much may wait in all, in bytes; a single message may be larger. */
const MOST = 268_435_456;
/** What is given to a channel as it opens has long left after so long, in ms. */
const LEFT_AFTER = 500;
/** When the channel does not take what must not be left out, it is tried again after so long, in ms. */
const AGAIN = 100;

/** @typedef {string | ArrayBuffer | ArrayBufferView | Blob} Data what Peer.send() takes */

/**
 * @typedef {object} Message
 * @property {string | ArrayBuffer | Blob} data to be sent; nobody else changes it
 * @property {Uint8Array | Blob | null} bytes of it, to go in chunks; null: it goes as it is
 * @property {number} left how many bytes the channel has not been given yet
 * @property {Message | null} next behind it in the queue
 */

/**
 * @typedef {object} OutflowEvents
 * @property {object} drain it is time to go on
 * @property {{ data: string | ArrayBuffer | Blob, error: unknown }} unsent a message that was taken and will not arrive
 */

/** @extends {Emitter<OutflowEvents>} */
export class Outflow extends Emitter {
  #channel;
  #joins;
  #most;
  #chunk;
  /** @type {Message | null} of the queue; it may be on its way */
  #first = null;
  /** Whether the queue is being passed on. */
  #running = false;
  /** @type {Message | null} of the queue */
  #last = null;
  /** Bytes of the queue that the channel has not been given yet. */
  #waiting = 0;
  /** So many bytes are wrongly said to be in the channel. */
  #stuck = 0;
  /** Whether somebody was told to pause. */
  #full = false;
  /** Goes on with the queue. */
  #wake = () => {};
  /** @type {(() => void) | null} called when all has left */
  #finished = null;
  /** Aborted when nothing is told any more. */
  #told = new AbortController();
  #life = new AbortController();
  #begun;

  /**
   * @param {RTCDataChannel} channel which opens in this very task
   * @param {object} [limits] in bytes
   * @param {number} [limits.joins] the largest message that the other side puts together; 0: none
   * @param {number} [limits.most] the largest that the channel takes, if known
   */
  constructor(channel, { joins = 0, most = Infinity } = {}) {
    super();
    this.#channel = channel;
    this.#joins = joins;
    this.#most = most;
    this.#chunk = Math.min(CHUNK, most);
    channel.bufferedAmountLowThreshold = LOW;
    channel.addEventListener('bufferedamountlow', () => {
      this.#stuck = 0;
      this.#proceed();
    }, { signal: this.#life.signal });
    // The queue waits for the next task, as it needs to be told what leaves.
    this.#begun = new Promise((resolve) => {
      setTimeout(() => resolve(this.#watchCount()));
    });
  }

  /** Bytes that have not left yet. */
  get amount() {
    return this.#waiting + this.#inChannel;
  }

  get #inChannel() {
    const { bufferedAmount } = this.#channel;
    return bufferedAmount === this.#stuck ? 0 : bufferedAmount;
  }

  get #usable() {
    return !this.#life.signal.aborted && this.#channel.readyState === 'open';
  }

  /**
   * @param {Data} data
   * @returns {boolean} false: it is taken, and it is time to pause
   * @throws {TypeError} it is larger than the other side takes
   * @throws {DOMException} OperationError: too much waits; and what RTCDataChannel.send throws
   */
  send(data) {
    const atOnce = !this.#first && this.#inChannel < AHEAD;
    if (atOnce && typeof data === 'string' && data.length * 3 <= this.#chunk) this.#channel.send(data);
    else this.#take(isData(data) ? data : String(data), atOnce);
    const room = this.amount <= HIGH;
    this.#full ||= !room;
    return room;
  }

  /**
   * @param {AbortSignal} [signal]
   * @returns {Promise<void>} resolves when it is time to go on; rejects when that does not come any more
   */
  drained(signal) {
    return new Promise((resolve, reject) => {
      const ends = [this.#told.signal, ...(signal ? [signal] : [])];
      const ended = ends.find(({ aborted }) => aborted);
      if (ended) return reject(ended.reason);
      if (!this.#full) return resolve();
      const settled = new AbortController();
      const once = { signal: settled.signal };
      for (const end of ends) {
        end.addEventListener('abort', () => {
          settled.abort();
          reject(end.reason);
        }, once);
      }
      this.addEventListener('drain', () => {
        settled.abort();
        resolve();
      }, once);
      return undefined;
    });
  }

  /**
   * Nothing more comes, and nothing is told but that all has left.
   *
   * @param {() => void} then
   */
  finish(then) {
    this.#tellNoMore();
    this.#finished = then;
    this.#proceed();
  }

  /** The channel is given up, and what it has not been given. */
  end() {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    const error = new DOMException('The connection ended', 'NetworkError');
    for (let message = this.#first; message; message = message.next) this.#lose(message, error);
    this.#first = null;
    this.#tellNoMore();
    this.#wake();
  }

  /** @param {Data} data @param {boolean} atOnce whether it need not wait for anything */
  #take(data, atOnce) {
    const bytes = bytesOf(data);
    const size = bytes instanceof Uint8Array ? bytes.length : bytes.size;
    const split = this.#joins > 0 && size > 0 && this.#mustSplit(bytes, typeof data === 'string');
    const most = split ? this.#joins : this.#most;
    if (size > most) throw new TypeError(`Too large: ${size} bytes, and the other side takes ${most}`);
    if (atOnce && !split && bytes instanceof Uint8Array) return this.#channel.send(/** @type {string} */ (data)); // one of three overloads
    if (this.#first && this.#waiting + size > MOST) {
      throw new DOMException(`Too much waits to be sent: ${this.#waiting} bytes`, 'OperationError');
    }
    this.#waiting += size;
    return this.#append({ ...kept(data, bytes, split), left: size, next: null });
  }

  /** @param {Message} message */
  #append(message) {
    if (this.#first && this.#last) this.#last.next = message;
    else this.#first = message;
    this.#last = message;
    if (!this.#running) this.#run();
  }

  /** @param {Uint8Array | Blob} bytes @param {boolean} text */
  #mustSplit(bytes, text) {
    if (!(bytes instanceof Uint8Array)) return true; // what is in it is not known yet
    return bytes.length > this.#chunk || (!text && looksLikeChunk(bytes));
  }

  /** Passes on the queue, once: whoever hears of `drain` may send more. */
  async #run() {
    this.#running = true;
    await this.#begun;
    for (let message = this.#first; message; message = this.#first) {
      try {
        await (message.bytes ? this.#passChunks(message, message.bytes) : this.#passWhole(message));
      } catch (error) {
        if (this.#usable) this.#lose(message, error);
      }
      if (!this.#usable) return; // end() deals with what is left
      this.#first = message.next;
      this.#proceed();
    }
    this.#running = false;
  }

  /** @param {Message} message */
  async #passWhole(message) {
    const { data } = message;
    const whole = typeof data === 'object' && 'arrayBuffer' in data ? await data.arrayBuffer() : data;
    if (await this.#room()) this.#give(message, whole, message.left);
  }

  /** @param {Message} message @param {Uint8Array | Blob} bytes of it */
  async #passChunks(message, bytes) {
    const total = message.left;
    const splitter = new Splitter(typeof message.data === 'string', total, this.#chunk);
    try {
      for (let part = splitter.next; part; part = splitter.next) {
        const payload = await partOf(bytes, ...part);
        if (!await this.#room()) return;
        this.#give(message, splitter.cut(payload), payload.length);
      }
    } catch (error) {
      const given = total - message.left;
      if (given > 0) await this.#insist(splitter.cancel(given)); // else the next message would be taken for a part of this one
      throw error;
    }
  }

  /** @param {ArrayBuffer} frame without which nothing behind it would be understood */
  async #insist(frame) {
    while (await this.#room()) {
      try {
        return this.#channel.send(frame);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
      }
    }
  }

  /** @param {Message} message @param {string | ArrayBuffer} frame @param {number} size bytes of the message in it */
  #give(message, frame, size) {
    this.#channel.send(/** @type {string} */ (frame)); // one of two overloads
    message.left -= size;
    this.#waiting -= size;
  }

  /** @returns {Promise<boolean>} waits until the channel is to have more; false: it takes nothing any more */
  async #room() {
    while (this.#usable && this.#inChannel >= AHEAD) {
      await new Promise((resolve) => { this.#wake = () => resolve(undefined); });
    }
    return this.#usable;
  }

  /** Something has left. */
  #proceed() {
    this.#wake();
    if (this.#full && this.amount <= LOW) {
      this.#full = false;
      if (!this.#told.signal.aborted) this.emit('drain', {});
    }
    if (!this.#finished || this.#first) return;
    this.#channel.bufferedAmountLowThreshold = 0;
    if (this.#inChannel === 0) this.#finished();
  }

  /** Listeners are told when what brought it about is done. @param {Message} message @param {unknown} error */
  #lose(message, error) {
    this.#waiting -= message.left;
    message.left = 0;
    if (!this.#told.signal.aborted) queueMicrotask(() => this.emit('unsent', { data: message.data, error }));
  }

  #tellNoMore() {
    this.#told.abort(new DOMException('The connection ended', 'NetworkError'));
  }

  /** Chromium goes on counting what the other side's channel is given as it opens, until it is given more. */
  #watchCount() {
    const given = this.#channel.bufferedAmount;
    setTimeout(() => {
      if (this.#channel.bufferedAmount !== given) return;
      this.#stuck = given;
      this.#proceed();
    }, LEFT_AFTER);
  }
}

/** All else is sent as text, as RTCDataChannel.send does. @param {any} data */
function isData(data) {
  return typeof data === 'object' && data !== null && ('byteLength' in data || 'arrayBuffer' in data);
}

/** @param {Data} data @returns {Uint8Array | Blob} */
function bytesOf(data) {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return 'byteLength' in data ? new Uint8Array(data) : data;
}

/**
 * What the sender may not change any more.
 *
 * @param {Data} data
 * @param {Uint8Array | Blob} bytes of it
 * @param {boolean} split whether it goes in chunks
 * @returns {Pick<Message, 'data' | 'bytes'>}
 */
function kept(data, bytes, split) {
  if (typeof data === 'string') return { data, bytes: split ? bytes : null };
  if (!(bytes instanceof Uint8Array)) return { data: bytes, bytes: split ? bytes : null };
  const copy = bytes.slice();
  return { data: /** @type {ArrayBuffer} */ (copy.buffer), bytes: split ? copy : null };
}

/** @param {Uint8Array | Blob} bytes @param {number} start @param {number} end */
async function partOf(bytes, start, end) {
  if (bytes instanceof Uint8Array) return bytes.subarray(start, end);
  return new Uint8Array(await bytes.slice(start, end).arrayBuffer());
}
