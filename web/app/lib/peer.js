// The connection to one other user, as the application sees it. The work is
// done in link.js.

import { Emitter } from './emitter.js';

/**
 * `failed` and `closed` are final: a new connection to the same user is a new
 * Peer.
 *
 * @typedef {'connecting' | 'open' | 'reconnecting' | 'failed' | 'closed'} PeerState
 */

/**
 * Why a Peer failed or was closed:
 * - `timeout`: no connection within the time for connecting (failed)
 * - `unknown-user`: the server knows nobody of that name (failed)
 * - `left`: the user left the server, while connecting (failed) or with the
 *   connection out of touch (closed)
 * - `ice-failed`: no path between the two, or none any more (failed)
 * - `error`: a description or an ICE server that the browser does not take (failed)
 * - `hangup`: the other side hung up (closed)
 * - `closed-by-peer`: the other side closed the channel or its page (closed)
 * - `local`: we closed it, or our page went away (closed)
 *
 * @typedef {'timeout' | 'unknown-user' | 'left' | 'ice-failed' | 'error' | 'hangup' | 'closed-by-peer' | 'local'} PeerReason
 */

/**
 * The events and their details.
 *
 * @typedef {object} PeerEvents
 * @property {{ state: PeerState, path: import('./path.js').Path | null, reason: PeerReason | null }} state
 *   also when only the path became known or changed
 * @property {{ data: string | ArrayBuffer }} message
 */

/** @extends {Emitter<PeerEvents>} */
export class Peer extends Emitter {
  #link;

  /**
   * Peers makes these; see its connect() and its `peer` event.
   *
   * @param {import('./link.js').Link} link
   */
  constructor(link) {
    super();
    this.#link = link;
  }

  /** The other user's name. */
  get name() {
    return this.#link.name;
  }

  /** Whether the other side called us. */
  get incoming() {
    return this.#link.incoming;
  }

  get state() {
    return this.#link.state;
  }

  /** How the data goes; null until known, shortly after `open`. */
  get path() {
    return this.#link.path;
  }

  /** Why this Peer failed or was closed, else null. */
  get reason() {
    return this.#link.reason;
  }

  /** Bytes handed to send() that have not left yet. */
  get bufferedAmount() {
    return this.#link.channel?.bufferedAmount ?? 0;
  }

  /**
   * Sends one message, reliably and in order.
   *
   * @param {string | ArrayBuffer | Blob} data
   * @throws {DOMException} InvalidStateError unless the state is `open`; and what
   *   RTCDataChannel.send throws for a message too large or a buffer that is full
   */
  send(data) {
    const { channel } = this.#link;
    if (this.state !== 'open' || !channel) {
      throw new DOMException(`Not connected to ${this.name}`, 'InvalidStateError');
    }
    channel.send(/** @type {string} */ (data)); // one of three overloads
  }

  /** Looks for a new path between the two; done by itself when touch is lost. */
  restartIce() {
    this.#link.restartIce();
  }

  /** Takes a call that `autoAccept: false` left ringing. */
  accept() {
    this.#link.accept();
  }

  /** Hangs up. */
  close() {
    this.#link.hangUp();
  }
}
