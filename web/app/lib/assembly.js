// A message as it comes in parts: in memory, or as a Blob, which a browser may
// keep elsewhere.

/** So much goes into a Blob at once, in bytes. */
const PART = 1_048_576;

/**
 * @typedef {object} Assembly
 * @property {(arrived: number) => number} need how much room it takes once so many bytes have arrived, in bytes
 * @property {(part: Uint8Array<ArrayBuffer>) => void} add throws a RangeError if there is no memory left
 * @property {() => Uint8Array<ArrayBuffer> | Blob} whole all that has arrived
 */

/**
 * It grows with what arrives, and not with what is said to come.
 *
 * @implements {Assembly}
 */
export class BufferAssembly {
  #total;
  #bytes = new Uint8Array();
  #arrived = 0;

  /** @param {number} total bytes that are said to come */
  constructor(total) {
    this.#total = total;
  }

  /** @param {number} arrived */
  need(arrived) {
    const { length } = this.#bytes;
    return arrived <= length ? length : Math.min(this.#total, Math.max(arrived, 2 * length));
  }

  /** @param {Uint8Array<ArrayBuffer>} part */
  add(part) {
    const arrived = this.#arrived + part.length;
    const need = this.need(arrived);
    if (need > this.#bytes.length) {
      const larger = new Uint8Array(need);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.#arrived);
    this.#arrived = arrived;
  }

  whole() {
    return this.#bytes.subarray(0, this.#arrived);
  }

  /** Bytes that have arrived. */
  get size() {
    return this.#arrived;
  }
}

/**
 * However small its parts are, it takes no more than their bytes.
 *
 * @implements {Assembly}
 */
export class BlobAssembly {
  #blob = new Blob();
  #rest;

  /** @param {number} total bytes that are said to come */
  constructor(total) {
    this.#rest = new BufferAssembly(Math.min(total, PART));
  }

  /** @param {number} arrived */
  need(arrived) {
    return arrived;
  }

  /** @param {Uint8Array<ArrayBuffer>} part no larger than PART */
  add(part) {
    if (this.#rest.size + part.length > PART) {
      this.#blob = this.whole();
      this.#rest = new BufferAssembly(PART);
    }
    this.#rest.add(part);
  }

  whole() {
    return new Blob([this.#blob, this.#rest.whole()]);
  }
}
