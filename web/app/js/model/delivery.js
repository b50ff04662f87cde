/**
 * Sees to it that every message of one conversation arrives once, and in order,
 * over any number of connections.
 *
 * A data channel loses nothing while it lives, but what it had not delivered is
 * lost with it. So two pages of this client number their messages and confirm
 * them; at the beginning of each channel they tell each other how far they have
 * got (`hello`), and go on from there. A page that was reloaded is somebody else,
 * who has nothing yet.
 *
 * With other clients, which take and send bare messages, a message is dealt with
 * once the channel has it. Who has made the channel shows in its subprotocol; who
 * has only taken it, and has this client, says hello at once. If that takes too
 * long to arrive they are spoken to barely as well; so each hello tells what has
 * come like that, and what a channel took into its grave goes again.
 *
 *  manner   | to whom                               | what is to be sent
 *  ---------+---------------------------------------+-------------------------------------------
 *  unknown  | that remains to be seen               | waits
 *  bare     | another client: it made the channel   | goes bare, and is done
 *  silent   | who took our channel and said nothing | likewise, unless the hello of a later
 *           |                                       | channel shows that it has not come
 *  numbered | who said hello                        | goes under a number, and is done when that
 *           |                                       | is confirmed
 *
 *  event                   | what is done                                          | manner
 *  ------------------------+-------------------------------------------------------+----------
 *  renewed()               | what we owed the old channel is forgotten             | unknown
 *  ended()                 | likewise; what is not done has failed                 | unknown
 *  opened(), another epoch | renewed(); what was written for another has failed;   |
 *                          | and if who made the channel is                        |
 *  . another client        | what was not confirmed goes again                     | bare
 *  . a page like this one  | we ask for a hello, every GRACE until it comes        | unknown
 *  . we                    | we wait for a hello                                   | unknown
 *  GRACE of that, or       | what was not confirmed goes again; if the line is not | silent
 *  LONG_GRACE if they have | open, so that we could not have heard, we wait for as |
 *  said hello before       | long again                                            | (unknown)
 *  hello                   | what they lack, and has not failed, goes again; if it | numbered
 *                          | asks, we answer                                       |
 *  seen                    | what it confirms is done; what went bare has come     | -
 *  a number                | the next one is shown; whichever it is, we soon say   | -
 *                          | how far we are: a gap is for the sender to make good  |
 *  . before any hello      | nothing                                               | -
 *  a message without one   | is shown; while unknown, our hellos will tell of it   | -
 *  leaving()               | what we would say soon we say now                     | -
 *
 * Things are said while the line is open. What the channel does not take goes again after RETRY;
 * what it never will take, or has not in MOST_TRIES although it had room, is refused.
 */

import { decodeControl, encodeControl, isProtocol, MAX_BARE, newWho } from './control.js';
import { decodeMessage, encodeMessage } from './message.js';
import { Outbox } from './outbox.js';

/** @import { Peer } from '../../lib/beckon.js' */
/** @import { Control, Hello } from './control.js' */
/** @import { Message, Shown } from './message.js' */
/** @import { Person } from './person.js' */

/** Who has taken our channel and says no word for so long has another client, in ms. */
export const GRACE = 3_000;
/** The same if it had this client before, and the line may just be slow. */
export const LONG_GRACE = 15_000;
/** How long to wait for more messages to be confirmed with one, in ms. */
export const CONFIRM_DELAY = 50;
/** When to try again what the channel did not take, in ms. */
const RETRY = 1_000;
/** What a channel that has room does not take so many times, it never will. */
const MOST_TRIES = 10;

/** @typedef {ReturnType<typeof setTimeout> | undefined} Timer */

/** @typedef {'unknown' | 'bare' | 'silent' | 'numbered'} Manner how we speak over this channel */

/**
 * @typedef {object} DeliveryDeps
 * @property {string} protocol of the channels that we make, from newProtocol()
 * @property {() => boolean} open whether the channel takes anything now
 * @property {(data: string) => void} send throws if the channel does not take it: a TypeError if it never will
 * @property {() => number} buffered how many bytes the channel has taken and not sent yet
 * @property {() => void} changed what has become of some message
 */

export class Delivery {
  #outbox = new Outbox();
  #deps;
  /** Which of its peer's channels this is, from 1; 0: none yet. */
  #epoch = 0;
  /** @type {Manner} */
  #manner = 'unknown';
  #me = newWho();
  /** Who was at the other end last, if it was a page of this client. */
  #other = '';
  /** The last number that arrived from there. */
  #seen = 0;
  /** @type {string[]} the times of what came without a number over channels of pages of this client */
  #bare = [];
  /** @type {'' | 'ask' | 'answer'} the hello that we owe */
  #hello = '';
  /** Whether we owe a confirmation. */
  #confirming = false;
  /** @type {Timer} */
  #graceTimer;
  /** @type {Timer} */
  #confirmTimer;
  /** @type {Timer} */
  #retryTimer;
  /** How often in a row the channel has not taken the next message, although it had room. */
  #tries = 0;

  /** @param {DeliveryDeps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  /** How many messages were not sent, or not confirmed, when a connection ended. */
  get failures() {
    return this.#outbox.failures;
  }

  /** How many of those were written for somebody who may be another than who is there now. */
  get doubts() {
    return this.#outbox.doubts;
  }

  /** How many have not arrived yet, as far as can be told, and may do so. */
  get waiting() {
    return this.#outbox.waiting;
  }

  /** Whether we know who is at the other end, and so what has arrived there. */
  get acquainted() {
    return this.#manner !== 'unknown';
  }

  /** @param {string} text */
  hasRoomFor(text) {
    return this.#outbox.hasRoomFor(text);
  }

  /**
   * Takes a message that there is room for.
   *
   * @param {Message} message
   * @param {Person} to for whom it was written
   */
  send(message, to) {
    this.#outbox.add(message, to);
    this.#speak();
  }

  /** @returns {Message[]} those that failed, to be sent again as others */
  takeFailed() {
    return this.#outbox.takeFailed();
  }

  /**
   * The line is open, for the first time or again.
   *
   * @param {Pick<Peer, 'epoch' | 'protocol'>} peer
   * @param {Person} other who is at the other end
   */
  opened({ epoch, protocol }, other) {
    if (epoch !== this.#epoch) {
      this.renewed();
      this.#epoch = epoch;
      this.#outbox.met(other);
      if (protocol === this.#deps.protocol) this.#listenFirst();
      else if (isProtocol(protocol)) this.#ask();
      else this.#goBare('bare');
    }
    this.#speak();
  }

  /** There is, or will be, another channel; who is at its other end remains to be seen. */
  renewed() {
    this.#epoch = 0;
    this.#manner = 'unknown';
    this.#hello = '';
    this.#confirming = false;
    this.#tries = 0;
    this.#outbox.parted();
    for (const timer of [this.#graceTimer, this.#confirmTimer, this.#retryTimer]) clearTimeout(timer);
    this.#confirmTimer = undefined;
  }

  /** There will be no other channel, unless somebody connects again. */
  ended() {
    this.renewed();
    this.#outbox.fail();
    this.#deps.changed();
  }

  /** Says now what would be said soon, because we are about to leave. */
  leaving() {
    if (this.#confirmTimer !== undefined) this.#confirm();
  }

  /**
   * @param {unknown} data what came out of the channel
   * @returns {Shown | null} null: there is nothing to see
   */
  receive(data) {
    const control = decodeControl(data);
    if (control) {
      this.#obey(control);
      return null;
    }
    const { number, time, ...shown } = decodeMessage(data);
    if (number === 0 && this.#manner === 'unknown') this.#bare = [...this.#bare, time].slice(-MAX_BARE);
    return number === 0 || this.#accepts(number) ? shown : null;
  }

  /** @param {Control} control */
  #obey(control) {
    if (control.kind === 'hello') this.#meet(control);
    else if (control.kind === 'seen') this.#learn(control.seen);
    this.#speak();
    this.#deps.changed();
  }

  /** @param {Hello} hello */
  #meet({ from, to, seen, ask, bare }) {
    if (from !== this.#other) this.#seen = 0;
    this.#other = from;
    this.#manner = 'numbered';
    clearTimeout(this.#graceTimer);
    this.#outbox.greeted(to === this.#me ? seen : 0);
    if (bare) this.#outbox.accountedFor(bare);
    if (ask) this.#hello = 'answer';
  }

  /** @param {number} seen the last number that has arrived; in this channel, something that had one */
  #learn(seen) {
    this.#outbox.confirmed(seen);
    this.#outbox.allArrived();
  }

  /**
   * Whether this one is next. An earlier one is here already; before a later one
   * something is missing, which is for the sender to make good.
   *
   * @param {number} number
   */
  #accepts(number) {
    if (this.#other === '') return false;
    this.#confirmTimer ??= setTimeout(() => this.#confirm(), CONFIRM_DELAY);
    if (number !== this.#seen + 1) return false;
    this.#seen = number;
    return true;
  }

  #confirm() {
    clearTimeout(this.#confirmTimer);
    this.#confirmTimer = undefined;
    this.#confirming = true;
    this.#speak();
  }

  /** Until there is an answer: who made the channel may have been asked before it was ready to listen. */
  #ask() {
    this.#hello = 'ask';
    this.#graceTimer = setTimeout(() => {
      this.#ask();
      this.#speak();
    }, GRACE);
  }

  #listenFirst() {
    this.#graceTimer = setTimeout(() => {
      if (!this.#deps.open()) return this.#listenFirst(); // nobody could be heard
      this.#goBare('silent');
      this.#speak();
      this.#deps.changed();
    }, this.#other ? LONG_GRACE : GRACE);
  }

  /** @param {'bare' | 'silent'} manner */
  #goBare(manner) {
    this.#manner = manner;
    this.#outbox.greeted(0);
  }

  /** Says whatever there is to be said, if the line is open. */
  #speak() {
    clearTimeout(this.#retryTimer);
    if (!this.#deps.open()) return;
    try {
      this.#sayHello();
      this.#sayWhatWasSeen();
      this.#sendPending();
    } catch {
      if (!this.#deps.open()) return; // it goes on with the next `open`
      this.#retryTimer = setTimeout(() => {
        this.#speak();
        this.#deps.changed();
      }, RETRY);
    }
  }

  #sayHello() {
    if (!this.#hello) return;
    const ask = this.#hello === 'ask';
    this.#say({ kind: 'hello', from: this.#me, to: this.#other, seen: this.#seen, ask, bare: this.#bare });
    this.#hello = '';
  }

  #sayWhatWasSeen() {
    if (!this.#confirming) return;
    this.#say({ kind: 'seen', seen: this.#seen });
    this.#confirming = false;
  }

  #sendPending() {
    if (this.#manner === 'unknown') return;
    const numbered = this.#manner === 'numbered';
    for (let message = this.#outbox.next; message; message = this.#outbox.next) {
      if (!this.#takes(encodeMessage(message, numbered ? this.#outbox.number : 0))) this.#outbox.refused();
      else if (numbered) this.#outbox.sent();
      else if (this.#manner === 'silent') this.#outbox.entrusted();
      else this.#outbox.gone();
    }
  }

  /**
   * Hands a message to the channel.
   *
   * @param {string} data
   * @returns {boolean} false: the channel will never take it; throws if it may yet
   */
  #takes(data) {
    try {
      this.#deps.send(data);
    } catch (error) {
      const { open, buffered, changed } = this.#deps;
      if (!(error instanceof TypeError)) {
        if (!open() || buffered() > 0 || ++this.#tries < MOST_TRIES) throw error;
      }
      this.#tries = 0;
      queueMicrotask(changed); // when all is said that can be
      return false;
    }
    this.#tries = 0;
    return true;
  }

  /**
   * For a channel that takes not even a word there is nothing to be done.
   * @param {Control} control
   */
  #say(control) {
    try {
      this.#deps.send(encodeControl(control));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}
