// What goes out by a channel and is written as a stream: no faster than it leaves.

/**
 * @typedef {object} WritableDeps
 * @property {(data: import('./outflow.js').Data) => boolean} send false: time to pause
 * @property {(signal: AbortSignal) => Promise<void>} drained
 * @property {() => void} close when all has left
 * @property {() => void} abort at once
 */

export class Writable {
  /** @type {WritableStream<import('./outflow.js').Data>} */
  writable;
  /** @type {WritableStreamDefaultController | null} */
  #controller = null;
  #opened;
  /** @type {() => void} may be called more than once */
  open;
  /** @type {(error: unknown) => void} */
  #fail;

  /** @param {WritableDeps} deps */
  constructor({ send, drained, close, abort }) {
    const { promise, resolve, reject } = withResolvers();
    this.open = resolve;
    this.#fail = reject;
    this.#opened = promise;
    promise.catch(() => {}); // who writes hears of it
    this.writable = new WritableStream({
      start: (controller) => { this.#controller = controller; },
      write: async (data, controller) => {
        await this.#opened;
        if (!send(data)) await drained(controller.signal);
      },
      close: async () => {
        await this.#opened;
        close();
      },
      abort,
    }, { highWaterMark: 1 });
  }

  /** It will not arrive. @param {unknown} error */
  fail(error) {
    this.#controller?.error(error);
    this.#fail(error);
  }
}

/** Promise.withResolvers(), which browsers of 2023 lack. */
function withResolvers() {
  /** @type {(value?: unknown) => void} */
  let resolve = () => {};
  /** @type {(error: unknown) => void} */
  let reject = () => {};
  const promise = new Promise((...both) => { [resolve, reject] = both; });
  return { promise, resolve, reject };
}
