// An EventTarget whose events are typed: M maps each event name to the type of
// its `detail`. Listeners get an ordinary CustomEvent.

/**
 * @template D
 * @typedef {(event: CustomEvent<D>) => void} Listener
 */

/**
 * @template {Record<string, any>} M
 */
export class Emitter extends EventTarget {
  /**
   * @template {keyof M & string} K
   * @param {K} type
   * @param {Listener<M[K]> | EventListenerObject | null} listener
   * @param {boolean | AddEventListenerOptions} [options]
   * @override
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, /** @type {EventListener} */ (listener), options);
  }

  /**
   * @template {keyof M & string} K
   * @param {K} type
   * @param {Listener<M[K]> | EventListenerObject | null} listener
   * @param {boolean | EventListenerOptions} [options]
   * @override
   */
  removeEventListener(type, listener, options) {
    super.removeEventListener(type, /** @type {EventListener} */ (listener), options);
  }

  /**
   * Dispatches one event to the listeners, synchronously. Meant for the object
   * itself; who uses the library only listens.
   *
   * @template {keyof M & string} K
   * @param {K} type
   * @param {M[K]} detail
   */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
