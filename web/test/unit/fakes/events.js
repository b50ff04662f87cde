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

/** A window that can be put away, woken up and hidden. */
export class FakePage extends EventTarget {
  document = { visibilityState: 'visible' };

  fire(type) {
    this.dispatchEvent(new Event(type));
  }

  show(visibilityState) {
    this.document.visibilityState = visibilityState;
    this.fire('visibilitychange');
  }
}
