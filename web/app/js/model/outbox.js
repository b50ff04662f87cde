/** What we have said and the other side has not confirmed yet, oldest first. */

/** @import { Message } from './message.js' */

/** Messages kept at most. */
export const MAX_KEPT = 100;

/** Their text together at most, in UTF-16 code units of two bytes each. */
export const MAX_KEPT_TEXT = 262_144;

/**
 * @typedef {object} Entry
 * @property {Message} message
 * @property {number} number under which it was handed to the channel, from 1; 0: it was not
 */

/**
 * Sets `delivery` of the messages in it.
 *
 * Numbers are without gaps from one `greeted` to the next, so that who misses
 * one knows it.
 */
export class Outbox {
  /** @type {Entry[]} */
  #pending = [];
  /** @type {Entry[]} of connections that have ended */
  #failed = [];
  #number = 1;

  /** How many messages wait for somebody to say that they are to be sent again. */
  get failures() {
    return this.#failed.length;
  }

  /** How many messages are on their way, or wait for the connection. */
  get waiting() {
    return this.#pending.length;
  }

  /** @param {string} text */
  hasRoomFor(text) {
    const kept = [...this.#failed, ...this.#pending];
    const length = kept.reduce((sum, { message }) => sum + message.text.length, text.length);
    return kept.length < MAX_KEPT && length <= MAX_KEPT_TEXT;
  }

  /** @param {Message} message */
  add(message) {
    this.#pending.push({ message, number: 0 });
  }

  /** The number that the next message goes under. */
  get number() {
    return this.#number;
  }

  /** The next message to be handed to the channel. */
  get next() {
    return this.#nextEntry?.message ?? null;
  }

  get #nextEntry() {
    return this.#pending.find(({ number }) => number === 0);
  }

  /** The next message has gone under its number: it is kept until it is confirmed. */
  sent() {
    const entry = this.#nextEntry;
    if (entry) entry.number = this.#number++;
  }

  /** The next message has gone to somebody who confirms nothing: that was all that can be done for it. */
  gone() {
    const entry = this.#nextEntry;
    if (!entry) return;
    entry.message.delivery = 'done';
    this.#pending = this.#pending.filter((other) => other !== entry);
  }

  /** The channel does not take the next message, now or later. */
  refused() {
    const entry = this.#nextEntry;
    if (!entry) return;
    entry.message.delivery = 'refused';
    this.#pending = this.#pending.filter((other) => other !== entry);
  }

  /** @param {number} seen the last number that has arrived */
  confirmed(seen) {
    const waits = (/** @type {Entry} */ { message, number }) => {
      if (number === 0 || number > seen) return true;
      message.delivery = 'done';
      return false;
    };
    this.#pending = this.#pending.filter(waits);
    this.#failed = this.#failed.filter(waits);
  }

  /**
   * A new channel: what has not arrived by now, of what was handed to the ones
   * before, never will. It goes again, under new numbers.
   *
   * @param {number} seen
   */
  greeted(seen) {
    this.confirmed(seen);
    for (const entry of [...this.#pending, ...this.#failed]) entry.number = 0;
    this.#number = seen + 1;
  }

  /** The connection has ended for good. */
  fail() {
    for (const { message, number } of this.#pending) message.delivery = number === 0 ? 'unsent' : 'unconfirmed';
    this.#failed.push(...this.#pending.splice(0));
  }

  /** @returns {Message[]} the failed ones, which are no longer kept */
  takeFailed() {
    return this.#failed.splice(0).map(({ message }) => message);
  }
}
