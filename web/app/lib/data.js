// What can be sent.

/** @typedef {string | ArrayBuffer | ArrayBufferView | Blob} Data what Peer.send() takes */

/**
 * @param {any} data
 * @throws {TypeError} it is something else: a channel by itself would send `[object Object]`
 */
export function assertData(data) {
  if (typeof data === 'string') return;
  if (typeof data === 'object' && data !== null && ('byteLength' in data || 'arrayBuffer' in data)) return;
  throw new TypeError(`Send a string, a buffer or a Blob; of anything else, JSON.stringify() makes a string (this is ${typeof data})`);
}

/** @param {Data} data @returns {Uint8Array | Blob} */
export function bytesOf(data) {
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
 * @returns {{ data: string | ArrayBuffer | Blob, bytes: Uint8Array | Blob | null }} bytes: null unless it goes in chunks
 */
export function kept(data, bytes, split) {
  if (typeof data === 'string') return { data, bytes: split ? bytes : null };
  if (!(bytes instanceof Uint8Array)) return { data: bytes, bytes: split ? bytes : null };
  const copy = bytes.slice();
  return { data: /** @type {ArrayBuffer} */ (copy.buffer), bytes: split ? copy : null };
}

/** @param {Uint8Array | Blob} bytes @param {number} start @param {number} end */
export async function partOf(bytes, start, end) {
  if (bytes instanceof Uint8Array) return bytes.subarray(start, end);
  return new Uint8Array(await bytes.slice(start, end).arrayBuffer());
}
