// Messages of any size over a channel that takes only so much at once: they go
// in chunks, and are put together again at the other end. Only two sides that
// have both announced it (see messageSizeIn in sdp.js) do so.
//
// A chunk is a binary message with a header of 16 bytes: MAGIC, the kind, and a
// number of 64 bits. The first one tells the whole size and whether it is text,
// the others where they belong. As the channel keeps the order, all chunks of a
// message come one after another, without long pauses; between them there may be a word about the
// channel itself, which is a header alone. An ordinary binary message that looks like a
// chunk goes as a message of one chunk, so no data can pass for what it is not.

import { BlobAssembly, BufferAssembly } from './assembly.js';
import { Deadline } from './deadline.js';

/** 0xff, which begins no text, and `beckon`. */
const MAGIC = Object.freeze([0xff, 0x62, 0x65, 0x63, 0x6b, 0x6f, 0x6e]);
const HEADER = 16;
/** So long it may take from one chunk of a message to the next, in ms. */
const IDLE = 30_000;
/** Whoever has sent none for so long is silent, in ms. */
const SILENT = 5_000;
/** Largest chunk, its header included, in bytes: every browser takes that much, and more would only delay what is behind. */
export const CHUNK = 65_536;

/** How a chunk begins, goes on, or takes back what was begun. */
const Kind = Object.freeze({ TEXT: 1, BINARY: 2, MORE: 3, CANCEL: 4 });

/**
 * What one side tells the other about their channel: to send no more for a while, to go on, or that all has been sent.
 *
 * @typedef {'pause' | 'resume' | 'end'} Control
 *
 * @type {ReadonlyMap<number, Control>}
 */
const CONTROLS = new Map([[5, 'pause'], [6, 'resume'], [7, 'end']]);

/** @param {Control} control @returns {ArrayBuffer} what says so */
export function controlFrame(control) {
  const [kind] = /** @type {[number, Control]} */ ([...CONTROLS].find(([, each]) => each === control));
  return frameOf(kind, 0, new Uint8Array());
}

/**
 * Whether an ordinary message would be taken for a chunk.
 *
 * @param {Uint8Array} bytes
 */
export function looksLikeChunk(bytes) {
  return bytes.length >= HEADER && MAGIC.every((byte, i) => bytes[i] === byte);
}

/** Cuts one message. */
export class Splitter {
  #text;
  #total;
  #chunk;
  #offset = 0;

  /**
   * @param {boolean} text whether it is UTF-8
   * @param {number} total its size in bytes
   * @param {number} [chunk] largest, its header included
   */
  constructor(text, total, chunk = CHUNK) {
    this.#text = text;
    this.#total = total;
    this.#chunk = chunk;
  }

  /** @returns {[start: number, end: number] | null} what goes into the next chunk; null: that was all */
  get next() {
    if (this.#offset === this.#total) return null;
    return [this.#offset, Math.min(this.#offset + this.#chunk - HEADER, this.#total)];
  }

  /** @param {Uint8Array} payload that part @returns {ArrayBuffer} the chunk */
  cut(payload) {
    const begin = this.#text ? Kind.TEXT : Kind.BINARY;
    const frame = this.#offset === 0 ? frameOf(begin, this.#total, payload) : frameOf(Kind.MORE, this.#offset, payload);
    this.#offset += payload.length;
    return frame;
  }

  /**
   * @param {number} [given] bytes of the message that have been sent, if not all that was cut off
   * @returns {ArrayBuffer} what takes them back
   */
  cancel(given = this.#offset) {
    return frameOf(Kind.CANCEL, given, new Uint8Array());
  }
}

/** @param {number} kind @param {number} number @param {Uint8Array} payload */
function frameOf(kind, number, payload) {
  const frame = new Uint8Array(HEADER + payload.length);
  frame.set(MAGIC);
  frame[MAGIC.length] = kind;
  new DataView(frame.buffer).setBigUint64(8, BigInt(number));
  frame.set(payload, HEADER);
  return frame.buffer;
}

/**
 * Why a message is not put together:
 * - `protocol-error`: the chunks are not as they should be, or none comes for half a minute while we are in touch, or the
 *   message is larger than we have announced, or said to be text and is none
 * - `overload`: more comes at once than there is to be, or than there is memory for
 *
 * @typedef {'protocol-error' | 'overload'} Fault
 *
 * @typedef {object} JoinerDeps
 * @property {number} most bytes that one message may have
 * @property {Workspace} workspace
 * @property {() => boolean} inTouch whether anything may come at the moment
 * @property {() => boolean} [asBlobs] whether data is to be delivered so
 * @property {(message: string | ArrayBuffer | Blob) => void} deliver a whole message
 * @property {(fault: Fault) => void} refuse the other side is to be let go of
 * @property {(control: Control) => void} [control] the other side tells something about the channel
 */

/** Puts together what comes out of one channel. */
export class Joiner {
  #deps;
  /** @type {import('./assembly.js').Assembly | null} what has arrived of a message; null: there is none */
  #assembly = null;
  #text = false;
  #total = 0;
  #arrived = 0;
  #over = false;
  /** Whether the other side is to wait. */
  #paused = false;
  #heardAt = 0;
  #idle = new Deadline(() => this.#stalled());

  /** @param {JoinerDeps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  /** @param {string | ArrayBuffer} message out of the channel */
  take(message) {
    if (this.#over) return;
    const chunk = typeof message === 'string' ? null : chunkIn(message);
    const control = chunk && CONTROLS.get(chunk.kind);
    if (control) this.#deps.control?.(control);
    else if (chunk) this.#takeChunk(chunk);
    else if (this.#assembly) this.#refuse('protocol-error'); // nothing comes between chunks
    else this.pass(message);
  }

  /** Touch is back: what has begun to come has its time again. */
  resumed() {
    if (this.#assembly) this.#wait();
  }

  /**
   * The other side was told to wait.
   *
   * @param {boolean} on false: to go on
   */
  pause(on) {
    this.#paused = on;
    this.resumed();
  }

  /** See Holder. */
  get silence() {
    return this.#paused ? 0 : performance.now() - this.#heardAt;
  }

  /** More has come than there is to be, and this is what to let go of. */
  overload() {
    this.#refuse('overload');
  }

  /** Forgets what is not whole. Nothing more will come. */
  end() {
    this.#over = true;
    this.#forget();
  }

  /** @param {Chunk} chunk */
  #takeChunk({ kind, number, payload }) {
    /** @type {number[]} */
    const expected = this.#assembly ? [Kind.MORE, Kind.CANCEL] : [Kind.TEXT, Kind.BINARY];
    if (!expected.includes(kind)) return this.#refuse('protocol-error');
    if (!this.#assembly) {
      if (number > this.#deps.most) return this.#refuse('protocol-error');
      this.#text = kind === Kind.TEXT;
      this.#assembly = !this.#text && this.#deps.asBlobs?.() ? new BlobAssembly(number) : new BufferAssembly(number);
      this.#total = number;
      this.#arrived = 0;
    } else if (number !== this.#arrived) return this.#refuse('protocol-error');
    return kind === Kind.CANCEL ? this.#forget() : this.#add(payload);
  }

  /** @param {Uint8Array<ArrayBuffer>} payload */
  #add(payload) {
    const arrived = this.#arrived + payload.length;
    this.#heardAt = performance.now();
    if (arrived > this.#total || (payload.length === 0 && this.#total > 0)) return this.#refuse('protocol-error');
    const assembly = this.#assembly;
    if (!assembly || !this.#store(assembly, payload, arrived)) return undefined; // it was too much in all
    this.#arrived = arrived;
    if (arrived < this.#total) return this.#wait();
    const whole = assembly.whole();
    this.#forget();
    if (!(whole instanceof Uint8Array)) return this.#deps.deliver(whole);
    const message = this.#text ? textOf(whole) : whole.buffer;
    return message === null ? this.#refuse('protocol-error') : this.#deps.deliver(message);
  }

  /** @param {import('./assembly.js').Assembly} assembly @param {Uint8Array<ArrayBuffer>} part @param {number} arrived with it */
  #store(assembly, part, arrived) {
    this.#deps.workspace.hold(this, assembly.need(arrived));
    if (this.#over) return false;
    try {
      assembly.add(part);
      return true;
    } catch { // there is no memory left
      this.overload();
      return false;
    }
  }

  /** Delivers a message as it came. @param {string | ArrayBuffer} message */
  pass(message) {
    this.#deps.deliver(typeof message !== 'string' && this.#deps.asBlobs?.() ? new Blob([message]) : message);
  }

  /** For the next chunk. */
  #wait() {
    this.#heardAt = performance.now();
    this.#idle.set(IDLE);
  }

  #stalled() {
    if (this.#deps.inTouch() && !this.#paused) this.#refuse('protocol-error');
    else this.#wait();
  }

  #forget() {
    this.#idle.clear();
    this.#assembly = null;
    this.#deps.workspace.free(this);
  }

  /** @param {Fault} fault */
  #refuse(fault) {
    this.end();
    this.#deps.refuse(fault);
  }
}

/** @param {Uint8Array} bytes @returns {string | null} null: they are no UTF-8, or more than a string can have */
function textOf(bytes) {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * @typedef {{ kind: number, number: number, payload: Uint8Array<ArrayBuffer> }} Chunk
 *
 * @param {ArrayBuffer} message
 * @returns {Chunk | null} null: it is none
 */
function chunkIn(message) {
  const bytes = new Uint8Array(message);
  if (!looksLikeChunk(bytes)) return null;
  const number = Number(new DataView(message).getBigUint64(8));
  return { kind: bytes[MAGIC.length], number, payload: bytes.subarray(HEADER) };
}

/**
 * @typedef {object} Holder
 * @property {() => void} overload it is to give up all that it has, and is of use no more
 * @property {number} [silence] how long the other side has not gone on with it, in ms; left out: it is not for the other side
 */

/**
 * The memory for all messages that are not whole or not read yet, whoever they are from. If it does not do, who has been
 * silent goes first, the longest first; where all go on, who has most of it.
 */
export class Workspace {
  #most;
  /** @type {Map<Holder, number>} bytes of each */
  #held = new Map();

  /** @param {number} most bytes */
  constructor(most) {
    this.#most = most;
  }

  /** Bytes in use. */
  get size() {
    return Array.from(this.#held.values()).reduce((sum, bytes) => sum + bytes, 0);
  }

  /** @param {Holder} holder @param {number} bytes that it has from now on */
  hold(holder, bytes) {
    this.#held.set(holder, bytes);
    while (this.size > this.#most) this.#first.overload(); // and so it lets go of all it has
  }

  /** @param {Holder} holder */
  free(holder) {
    this.#held.delete(holder);
  }

  get #first() {
    const all = [...this.#held];
    const [[longest]] = all.sort(([a], [b]) => silenceOf(b) - silenceOf(a));
    if (silenceOf(longest) >= SILENT) return longest;
    const [[largest]] = all.sort(([, a], [, b]) => b - a);
    return largest;
  }
}

/** @param {Holder} holder */
function silenceOf({ silence = 0 }) {
  return silence;
}
