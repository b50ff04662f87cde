// Messages that wait for the signaling socket to come back.

/** Enough for a description and its candidates, several times over. */
const MAX_MESSAGES = 128;

/** @typedef {{ type: string, [field: string]: unknown }} Message */

export class Outbox {
  #trySend;
  /** @type {Message[]} */
  #waiting = [];

  /** @param {(message: Message) => boolean} trySend false: not sent */
  constructor(trySend) {
    this.#trySend = trySend;
  }

  /** @param {Message} message */
  send(message) {
    if (!this.#trySend(message) && this.#waiting.length < MAX_MESSAGES) this.#waiting.push(message);
  }

  /** @returns {boolean} whether anything had been waiting */
  flush() {
    const waiting = this.#waiting.splice(0);
    for (const message of waiting) this.send(message);
    return waiting.length > 0;
  }

  clear() {
    this.#waiting = [];
  }
}
