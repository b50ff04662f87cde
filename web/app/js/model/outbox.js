/** What we have said and the other side has not confirmed yet, oldest first. */

import { timeOf } from './message.js';

/** @import { Message } from './message.js' */
/** @import { Person } from './person.js' */

/** Messages kept at most. */
export const MAX_KEPT = 100;

/** Their text together at most, in UTF-16 code units of two bytes each. */
export const MAX_KEPT_TEXT = 262_144;

/**
 * @typedef {object} Entry
 * @property {Message} message
 * @property {Person} to for whom it was written
 * @property {number} number under which it was handed to the channel, from 1; 0: it was not
 */

/**
 * A message that went without a number to somebody who had not said a word. It counts as arrived, unless they turn out
 * to have this client after all, and to lack it.
 *
 * @typedef {object} Entrusted
 * @property {Message} message
 * @property {Person} to
 * @property {boolean} parted whether its channel is over
 * @property {boolean} ended  whether the connection is
 */

/**
 * Sets `delivery` of the messages in it.
 *
 * What was written for somebody else than who is there now, as far as can be told, fails.
 *
 * Numbers are without gaps from one `greeted` to the next, so that who misses
 * one knows it.
 */
export class Outbox {
  /** @type {Entry[]} */
  #pending = [];
  /** @type {Entry[]} of connections that have ended, or written for somebody else */
  #failed = [];
  /** @type {Entrusted[]} the last ones, oldest first */
  #entrusted = [];
  #number = 1;
  /** @type {Person | null} who is at the other end; null: nobody yet */
  #other = null;

  /** How many messages wait for somebody to say that they are to be sent again. */
  get failures() {
    return this.#failed.length;
  }

  /** How many of them were written for somebody who may be another than who is there now. */
  get doubts() {
    return this.#failed.filter((entry) => !this.#isTheirs(entry)).length;
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

  /** @param {Message} message @param {Person} to for whom it was written */
  add(message, to) {
    this.#pending.push({ message, to, number: 0 });
    this.#sortOut();
  }

  /** @param {Person} other who is at the other end of the new channel */
  met(other) {
    this.#other = other;
    this.#sortOut();
  }

  /** What waits is for who is there. */
  #sortOut() {
    this.#fail((entry) => !this.#isTheirs(entry));
  }

  /** @param {Entry} entry @returns {boolean} as long as nobody is there: it may be */
  #isTheirs({ to }) {
    return this.#other === null || to.is(this.#other);
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

  /** The same, but they may yet say what they have. */
  entrusted() {
    const entry = this.#nextEntry;
    if (!entry) return;
    const { message, to } = entry;
    this.gone();
    this.#entrusted.push({ message, to, parted: false, ended: false });
    if (this.#entrusted.length > MAX_KEPT) this.#entrusted.shift();
  }

  /** There will be another channel. */
  parted() {
    this.#other = null;
    for (const entry of this.#entrusted) entry.parted = true;
  }

  /**
   * What of it has arrived is known by now. What died with an earlier channel goes again, before all others; where the
   * connection had ended, when somebody says so. What is under way in this channel will arrive.
   *
   * @param {readonly string[]} times of what has arrived without a number
   */
  accountedFor(times) {
    const left = [...times];
    const missing = this.#entrusted.filter(({ message, parted }) => {
      const place = left.indexOf(timeOf(message));
      if (place >= 0) left.splice(place, 1);
      return parted && place < 0;
    });
    this.#entrusted = this.#entrusted.filter(({ parted }) => !parted);
    const entries = (/** @type {boolean} */ failed) =>
      missing.filter(({ ended }) => ended === failed).map(({ message, to }) => ({ message, to, number: 0 }));
    for (const { message, ended } of missing) message.delivery = ended ? 'unconfirmed' : 'pending';
    this.#failed.unshift(...entries(true));
    this.#pending.unshift(...entries(false));
    this.#sortOut();
  }

  /** Something has arrived that went after it. */
  allArrived() {
    this.#entrusted = [];
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
    this.#fail(() => true);
    for (const entry of this.#entrusted) entry.ended = true;
  }

  /** @param {(entry: Entry) => boolean} concerned which of those that wait */
  #fail(concerned) {
    const failing = this.#pending.filter(concerned);
    for (const { message, number } of failing) message.delivery = number === 0 ? 'unsent' : 'unconfirmed';
    this.#pending = this.#pending.filter((entry) => !failing.includes(entry));
    this.#failed.push(...failing);
  }

  /** @returns {Message[]} the failed ones, which are no longer kept */
  takeFailed() {
    return this.#failed.splice(0).map(({ message }) => message);
  }
}
