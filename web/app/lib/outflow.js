// What is to leave by one data channel: in order, and no faster than the channel
// passes it on. By itself a channel would take any amount (Firefox), or throw at
// some (Chromium).

import { CHUNK, looksLikeChunk, Splitter } from './chunks.js';
import { assertData, bytesOf, kept, partOf } from './data.js';
import { Emitter } from './emitter.js';
import { listen } from './listen.js';

/** So much is given to the channel ahead, in bytes: enough to keep it busy. */
const AHEAD = 1_048_576;
/** With more than HIGH waiting it is time to pause, and with no more than LOW to go on, in bytes. */
const HIGH = 1_048_576;
const LOW = 262_144;
/** So much may wait in all, in bytes; a single message may be larger. */
const MOST = 268_435_456;
/** So long after a channel has opened, what it was given at once has long left, and the other side knows of it, in ms. */
const SETTLED_AFTER = 500;
/** When the channel does not take what must not be left out, it is tried again after so long, in ms. */
const AGAIN = 100;

/** @typedef {import('./data.js').Data} Data */

/**
 * @typedef {object} Message
 * @property {string | ArrayBuffer | Blob} data to be sent; nobody else changes it
 * @property {Uint8Array | Blob | null} bytes of it, to go in chunks; null: it goes as it is
 * @property {number} left how many bytes the channel has not been given yet
 * @property {boolean} lost whether it is known not to arrive
 * @property {Transfer} [transfer] who is told of it in place of `unsent`
 * @property {Message | null} next behind it in the queue
 *
 * @typedef {{ data: Data, bytes: Uint8Array | Blob, size: number, split: boolean }} Plan bytes, size: of the data
 *
 * @typedef {object} Transfer
 * @property {(left: number) => void} progress how many bytes the channel has not been given yet
 * @property {(error: unknown) => void} failed it will not arrive
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
  /** Whether the other side wants no more for a while. */
  #held = false;
  /** Whether somebody was told to pause. */
  #full = false;
  /** Goes on with the queue. */
  #wake = () => {};
  /** @type {(() => void) | null} called when all has left */
  #finished = null;
  /** @type {ArrayBuffer | null} */
  #lastWord = null;
  /** Whether there was anything to send. */
  #used = false;
  /** Whether it has been open for a while. */
  #settled = false;
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
    listen(channel, 'bufferedamountlow', () => {
      this.#stuck = 0;
      this.#proceed();
    }, this.#life.signal);
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

  get #hasRoom() {
    return !this.#held && this.#inChannel < AHEAD;
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
    const atOnce = !this.#first && this.#hasRoom;
    if (atOnce && typeof data === 'string' && data.length * 3 <= this.#chunk) this.#channel.send(data); // short, however it is encoded
    else {
      assertData(data);
      const plan = this.#plan(data);
      if (atOnce && !plan.split && plan.bytes instanceof Uint8Array) this.#channel.send(/** @type {string} */ (plan.data)); // one of three overloads
      else this.#append(plan);
    }
    this.#used = true;
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
   * Sends a Blob, and tells how far it is.
   *
   * @param {Blob} blob
   * @param {object} [options]
   * @param {AbortSignal} [options.signal] gives it up, also in the middle
   * @param {(sent: number) => void} [options.progress] bytes that the channel was given so far
   * @returns {Promise<void>} resolves when the channel was given all of it
   * @throws as send() does, but as a rejection
   */
  async transfer(blob, { signal, progress = () => {} } = {}) {
    signal?.throwIfAborted();
    await new Promise((resolve, reject) => {
      const failed = (/** @type {unknown} */ error) => {
        signal?.removeEventListener('abort', abort);
        reject(error);
      };
      const message = this.#append(this.#plan(blob), {
        progress: (left) => {
          callOut(() => progress(blob.size - left));
          if (left === 0) resolve(signal?.removeEventListener('abort', abort));
        },
        failed,
      });
      const abort = () => this.#lose(message, signal?.reason);
      signal?.addEventListener('abort', abort);
    });
  }

  /**
   * The other side wants no more for a while.
   *
   * @param {boolean} on false: it does again
   */
  hold(on) {
    this.#held = on;
    if (!on) this.#wake();
  }

  /**
   * Nothing more comes, and nothing is told but that all has left.
   *
   * @param {() => void} then
   * @param {ArrayBuffer | null} [last] to be sent behind all else
   */
  finish(then, last = null) {
    this.#tellNoMore();
    const before = this.#finished;
    this.#finished = before ? () => [before, then].forEach((each) => each()) : then;
    this.#lastWord ??= last;
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

  /**
   * How it is to go.
   *
   * @param {Data} data
   * @returns {Plan}
   */
  #plan(data) {
    const bytes = bytesOf(data);
    const size = bytes instanceof Uint8Array ? bytes.length : bytes.size;
    const split = this.#joins > 0 && size > 0 && this.#mustSplit(bytes, typeof data === 'string');
    const most = split ? this.#joins : this.#most;
    if (size > most) throw new TypeError(`Too large: ${size} bytes, and the other side takes ${most}`);
    return { data, bytes, size, split };
  }

  /** @param {Plan} plan @param {Transfer} [transfer] */
  #append({ data, bytes, size, split }, transfer) {
    if (this.#first && this.#waiting + size > MOST) {
      throw new DOMException(`Too much waits to be sent: ${this.#waiting} bytes`, 'OperationError');
    }
    this.#waiting += size;
    /** @type {Message} */
    const message = { ...kept(data, bytes, split), left: size, lost: false, transfer, next: null };
    if (this.#first && this.#last) this.#last.next = message;
    else this.#first = message;
    this.#last = message;
    if (!this.#running) this.#run();
    return message;
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
        if (message.bytes) await this.#passChunks(message, message.bytes);
        else await this.#passWhole(message);
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
    if (await this.#room() && !message.lost) this.#give(message, whole, message.left);
  }

  /** @param {Message} message @param {Uint8Array | Blob} bytes of it */
  async #passChunks(message, bytes) {
    const total = message.left;
    const splitter = new Splitter(typeof message.data === 'string', total, this.#chunk);
    let given = 0;
    try {
      for (let part = splitter.next; part; part = splitter.next) {
        const payload = await partOf(bytes, ...part);
        if (!await this.#room() || message.lost) break;
        this.#give(message, splitter.cut(payload), payload.length);
        given += payload.length;
      }
    } finally {
      if (given > 0 && given < total) await this.#insist(splitter.cancel(given));
    }
  }

  /** @param {ArrayBuffer} frame without which what comes next would not be understood */
  async #insist(frame) {
    while (this.#usable) {
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
    message.transfer?.progress(message.left);
  }

  /** @returns {Promise<boolean>} waits until the channel is to have more; false: it takes nothing any more */
  async #room() {
    while (this.#usable && !this.#hasRoom) {
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
    if (!this.#finished || this.#first || !this.#usable) return;
    if (this.#lastWord) {
      this.#channel.send(this.#lastWord);
      this.#used = true;
    }
    this.#lastWord = null;
    this.#channel.bufferedAmountLowThreshold = 0;
    // Chromium drops what has come by a channel that is closed before the page knows of it.
    if (this.#inChannel === 0 && (this.#settled || !this.#used)) this.#finished();
  }

  /** Listeners are told when what brought it about is done. @param {Message} message @param {unknown} error */
  #lose(message, error) {
    if (message.lost) return;
    message.lost = true;
    this.#waiting -= message.left;
    message.left = 0;
    if (message.transfer) message.transfer.failed(error);
    else if (!this.#told.signal.aborted) queueMicrotask(() => this.emit('unsent', { data: message.data, error }));
  }

  #tellNoMore() {
    this.#told.abort(new DOMException('The connection ended', 'NetworkError'));
  }

  /** Chromium goes on counting what the other side's channel is given as it opens, until it is given more. */
  #watchCount() {
    const given = this.#channel.bufferedAmount;
    setTimeout(() => {
      this.#settled = true;
      if (this.#channel.bufferedAmount === given) this.#stuck = given;
      this.#proceed();
    }, SETTLED_AFTER);
  }
}

/** What fails in there is no concern of ours. @param {() => void} what */
function callOut(what) {
  try {
    what();
  } catch (error) {
    queueMicrotask(() => { throw error; }); // as with listeners
  }
}
