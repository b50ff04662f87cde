// WebSockets and connections as packages for Node make them: event emitters that look like targets.

import { Target } from './events.js';

/**
 * Until the end of a test all fakes are such: their listeners end with no signal, an `error` that nobody listens to is
 * thrown and says what is wrong, and what arrives in binary is a Buffer, a part of some memory.
 *
 * @param {import('node:test').TestContext} t
 */
export function useEmitters(t) {
  const { addEventListener, dispatchEvent } = Target.prototype;
  const listened = new WeakSet();
  Target.prototype.addEventListener = function (type, listener) {
    if (type === 'error') listened.add(this);
    EventTarget.prototype.addEventListener.call(this, type, listener);
  };
  Target.prototype.dispatchEvent = function (event) {
    if (event.type === 'error' && !listened.has(this)) throw new Error('Unhandled error event');
    if (event.type === 'error') Object.assign(event, { message: 'connect ECONNREFUSED' });
    if (event.data instanceof ArrayBuffer) event.data = within(event.data);
    return dispatchEvent.call(this, event);
  };
  t.after(() => {
    Target.prototype.addEventListener = addEventListener;
    Target.prototype.dispatchEvent = dispatchEvent;
  });
}

/** @param {ArrayBuffer} data */
function within(data) {
  const around = Buffer.alloc(data.byteLength + 20);
  around.set(new Uint8Array(data), 10);
  return around.subarray(10, -10);
}
