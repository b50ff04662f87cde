// What comes by a channel and is read as a stream: no faster than it is read, if
// the other side can be told to wait.

/** With so much unread the other side is to wait, in bytes. */
export const HIGH = 1_048_576;

/**
 * @typedef {object} InflowDeps
 * @property {(on: boolean) => void} hold has the other side wait, or go on
 * @property {() => void} cancelled nobody reads any more
 * @property {import('./chunks.js').Workspace} workspace that it takes its room from
 * @property {() => void} overload more comes than there is room for, most of it here: the other side does not wait
 */

export class Inflow {
  /** @type {ReadableStream<string | ArrayBuffer | Blob>} */
  readable;
  #deps;
  /** @type {ReadableStreamDefaultController<string | ArrayBuffer | Blob> | null} null: it is over */
  #controller = null;
  #held = false;

  /** @param {InflowDeps} deps */
  constructor(deps) {
    this.#deps = deps;
    this.readable = new ReadableStream({
      start: (controller) => { this.#controller = controller; },
      pull: () => this.#pulled(),
      cancel: () => {
        this.#forget();
        deps.cancelled();
      },
    }, { highWaterMark: HIGH, size: sizeOf });
  }

  /** @param {string | ArrayBuffer | Blob} message */
  take(message) {
    this.#controller?.enqueue(message);
    this.#count();
    if (this.#held || !this.#controller || (this.#controller.desiredSize ?? 0) > 0) return;
    this.#held = true;
    this.#deps.hold(true);
  }

  /** All has come. */
  close() {
    this.#controller?.close();
    this.#forget();
  }

  /** Not all has come. @param {unknown} error */
  fail(error) {
    this.#controller?.error(error);
    this.#forget();
  }

  /** Of Workspace. */
  overload() {
    this.fail(new DOMException('More came than there is room for', 'QuotaExceededError'));
    this.#deps.overload();
  }

  /** Somebody reads. */
  #pulled() {
    this.#count();
    if (!this.#held) return;
    this.#held = false;
    this.#deps.hold(false);
  }

  #count() {
    const unread = HIGH - (this.#controller?.desiredSize ?? HIGH);
    if (unread > 0) this.#deps.workspace.hold(this, unread);
    else this.#deps.workspace.free(this);
  }

  #forget() {
    this.#controller = null;
    this.#deps.workspace.free(this);
  }
}

/** Bytes, of a string as in memory. @param {string | ArrayBuffer | Blob} message */
export function sizeOf(message) {
  if (typeof message === 'string') return 2 * message.length;
  return 'size' in message ? message.size : message.byteLength;
}
