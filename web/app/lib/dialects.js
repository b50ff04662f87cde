// Which dialect to offer, and which one the current socket speaks.

import { plain } from './dialect-plain.js';
import { dialectV1 } from './dialect-v1.js';

/**
 * A browser gives a socket up whose server takes none of the subprotocols
 * offered (WHATWG WebSockets, "establish a WebSocket connection"), and does not
 * say why. So as long as beckon.v1 was never accepted, every second try in a
 * row offers nothing.
 */
export class Dialects {
  #v1;
  #current = plain;
  #accepted = false;
  /** Sockets in a row that did not open. */
  #failures = 0;

  /** @param {import('./resumption.js').Resumption} resumption */
  constructor(resumption) {
    this.#v1 = dialectV1(resumption);
  }

  /** The dialect of the current socket. */
  get current() {
    return this.#current;
  }

  /** Whether every offer that could open a socket has been made since one did. */
  get exhausted() {
    return this.#failures >= (this.#accepted ? 1 : 2);
  }

  /**
   * Makes the next socket's offer.
   *
   * @returns {string[]} subprotocols; empty: plain is all that we ask for
   */
  offer() {
    const offers = this.#accepted || this.#failures % 2 === 0;
    this.#failures++;
    return offers ? [this.#v1.subprotocol] : [];
  }

  /**
   * The socket has opened.
   *
   * @param {string} subprotocol the server's choice; '' if it made none
   */
  opened(subprotocol) {
    this.#failures = 0;
    this.#current = subprotocol === this.#v1.subprotocol ? this.#v1 : plain;
    this.#accepted ||= this.#current === this.#v1;
  }
}
