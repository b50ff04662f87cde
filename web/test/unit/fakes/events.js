// Small tools for tests that listen.

/** Collects the details of one kind of event. */
export function record(target, type) {
  const details = [];
  target.addEventListener(type, ({ detail }) => details.push(detail));
  return details;
}

/** An Event with further fields, as the browser's own classes have them. */
export function eventWith(type, fields) {
  return Object.assign(new Event(type), fields);
}

/**
 * An EventTarget whose listeners end with their signal, as in browsers. Node 20 forgets all of a target but the last, once
 * it has collected garbage.
 */
export class Target extends EventTarget {
  addEventListener(type, listener, { signal, ...options } = {}) {
    if (signal?.aborted) return;
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener, options), { once: true });
    super.addEventListener(type, listener, options);
  }
}

/** A window that can be put away, woken up and hidden. */
export class FakePage extends Target {
  document = { visibilityState: 'visible' };

  fire(type) {
    this.dispatchEvent(new Event(type));
  }

  show(visibilityState) {
    this.document.visibilityState = visibilityState;
    this.fire('visibilitychange');
  }
}
