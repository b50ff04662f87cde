// Listening to what the platform gives, or somebody in its place.

/**
 * @template T
 * @typedef {T extends WebSocket ? WebSocketEventMap : T extends RTCPeerConnection ? RTCPeerConnectionEventMap
 *   : T extends RTCDataChannel ? RTCDataChannelEventMap : Record<string, Event>} EventsOf
 */

/**
 * Listens until a signal says that it is enough. Implementations of WebSocket and of WebRTC for Node have an
 * addEventListener() that knows no signals, so that alone would not do: a socket that was given up would still be heard.
 *
 * @template {Pick<EventTarget, 'addEventListener'>} T
 * @template {keyof EventsOf<T> & string} K
 * @param {T} target
 * @param {K} type
 * @param {(event: EventsOf<T>[K]) => void} listener
 * @param {AbortSignal} signal
 */
export function listen(target, type, listener, signal) {
  const heard = (/** @type {any} */ event) => {
    if (!signal.aborted) listener(event);
  };
  target.addEventListener(type, heard, { signal });
}
