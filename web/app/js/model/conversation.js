/** One conversation: what was said with one person, and how the line to them is. */

import { words } from '../words/index.js';
import { Delivery } from './delivery.js';
import { Person } from './person.js';

/** @import { Identity, Peer } from '../../lib/beckon.js' */
/** @import { Message, Shown } from './message.js' */

/** Messages kept per conversation; the oldest go first. */
export const HISTORY_LIMIT = 1_000;

/** Binary data kept per conversation, in bytes. */
export const DATA_LIMIT = 32 * 1024 * 1024;

/**
 * Outlives its connections: when one ends and another is made (by either
 * side), the history, the draft and the unread count stay.
 *
 * Events, plain ones without detail (read the fields):
 * - `state`: `state`, `path` or `reason` changed
 * - `message`: `messages` grew (and may have lost its oldest)
 * - `delivery`: what has become of some message: its `delivery`, `failures`, `hasRoomFor`
 */
export class Conversation extends EventTarget {
  /** @type {Message[]} oldest first, at most HISTORY_LIMIT */
  messages = [];
  /** Whether older messages had to be dropped. */
  trimmed = false;
  /** Messages that came while nobody looked; kept by the Chat. */
  unread = 0;
  /** Whether somebody else has the name by now; kept by the Chat, like `key`. */
  former = false;
  /** Whether somebody else had the name before; likewise. */
  another = false;

  /** Whether it was us who hung up last; else what closed it here is that the page was left. */
  hungUp = false;

  #lastId = 0;
  /** @type {Peer | null} */
  #peer = null;
  #watch = new AbortController();
  #draft = '';
  /** Whom it is with: as long as nobody has been connected, who had the name at its beginning. */
  #partner;
  /** For whom the draft was begun. */
  #draftFor;
  #delivery;
  #now;

  /**
   * @param {string} name the other person's display name
   * @param {object} options
   * @param {() => number} options.now the clock, ms since the epoch
   * @param {string} options.protocol of the data channels that this page makes
   * @param {Identity} options.identity as far as it is known
   */
  constructor(name, { now, protocol, identity }) {
    super();
    this.name = name;
    /** What tells it from all others. */
    this.key = name;
    this.#now = now;
    this.#partner = new Person(identity);
    this.#draftFor = this.#partner;
    this.#delivery = new Delivery({
      protocol,
      open: () => this.state === 'open',
      send: (data) => this.#peer?.send(data),
      buffered: () => this.#peer?.bufferedAmount ?? 0,
      changed: () => this.#deliveryChanged(),
    });
  }

  /** Whom it is with: the name may be another's some day. */
  get identity() {
    return this.#partner.identity;
  }

  /** What has been typed and not been sent yet. */
  get draft() {
    return this.#draft;
  }

  set draft(text) {
    if (this.#draft === '') this.#draftFor = this.#partner;
    this.#draft = text;
  }

  /** As of a Peer; 'closed' as well before there has been one. */
  get state() {
    return this.#peer?.state ?? 'closed';
  }

  /** 'direct' or 'relay' while connected and once it is known, else null. */
  get path() {
    return this.#peer?.path ?? null;
  }

  /** The path more closely, likewise. */
  get route() {
    return this.#peer?.route ?? null;
  }

  /** Why the state is 'failed' or 'closed'. */
  get reason() {
    return this.#peer?.reason ?? null;
  }

  /** Whether the last call has come to no connection (yet). */
  get untaken() {
    return this.#peer?.epoch === 0;
  }

  /** Whether there has been a call, of either side. */
  get begun() {
    return this.#peer !== null;
  }

  /** Whether nothing would be lost without it. */
  get blank() {
    return !this.begun && this.draft === '';
  }

  /** Whether to call them is to call whom it is with, as far as can be told. */
  get callable() {
    return !this.former && this.reason !== 'replaced';
  }

  /** Whether there is a connection, or one may still come of it. */
  get live() {
    return this.state === 'connecting' || this.state === 'open' || this.state === 'reconnecting';
  }

  /** How many messages were not sent, or not confirmed, when a connection ended or somebody else was there: for sendAgain(). */
  get failures() {
    return this.#delivery.failures;
  }

  /** How many of those were written for somebody who may be another than who is there now. */
  get doubts() {
    return this.#delivery.doubts;
  }

  /** How many messages are on their way, or wait for the connection. */
  get waiting() {
    return this.#delivery.waiting;
  }

  /** Whether those can be sent again: not before it has shown which of them have arrived after all. */
  get canSendAgain() {
    return this.failures > 0 && this.live && this.#delivery.acquainted;
  }

  /**
   * Whether so much more can wait to be sent.
   * @param {string} text
   */
  hasRoomFor(text) {
    return this.#delivery.hasRoomFor(text);
  }

  /**
   * Whether this peer is the one whom the conversation is with, or may be.
   * @param {Peer} peer
   */
  isWith(peer) {
    return peer.is(this.identity);
  }

  /**
   * The same, for certain.
   * @param {Peer} peer
   */
  isSurelyWith(peer) {
    return peer === this.#peer || this.#partner.is(new Person(peer.identity));
  }

  /**
   * Goes on over this peer; the one before is no longer listened to.
   * @param {Peer} peer
   */
  attach(peer) {
    if (peer === this.#peer) return;
    this.#watch.abort();
    this.#watch = new AbortController();
    const { signal } = this.#watch;
    this.#peer = peer;
    this.hungUp = false;
    this.#delivery.renewed();
    peer.addEventListener('state', () => this.#follow(), { signal });
    peer.addEventListener('message', ({ detail }) => this.#receive(detail.data), { signal });
    peer.addEventListener('channel', ({ detail: { channel } }) => { // another client may speak by any
      channel.addEventListener('message', ({ detail }) => this.#receive(/** @type {string | ArrayBuffer} */ (detail.data)), { signal });
    }, { signal });
    this.#follow();
  }

  /** Hangs up, if there is anything to hang up on. */
  hangUp() {
    if (this.state === 'closed') return;
    this.hungUp = true;
    this.#delivery.leaving();
    this.#peer?.close();
  }

  /** Hangs up and listens to nothing any more. */
  dispose() {
    this.hangUp();
    this.#watch.abort();
  }

  /**
   * Says something, at once or as soon as the connection is there: to whom it was written for. What has been begun for
   * somebody who may be another than who is there then waits for sendAgain().
   *
   * @param {string} text
   * @param {string} myName put on the wire, for clients that go by it
   * @returns {boolean} false: there is no connection to wait for, or too much
   *   waits already; it is not in the history either
   */
  send(text, myName) {
    if (!this.live || !this.hasRoomFor(text)) return false;
    this.#say(text, myName, this.#draft === '' ? this.#partner : this.#draftFor);
    return true;
  }

  /** @param {string} text @param {string} sender @param {Person} to */
  #say(text, sender, to) {
    const message = this.#keep({ mine: true, sender, text, at: this.#now(), cut: false, delivery: 'pending' });
    this.#delivery.send(message, to);
    this.#deliveryChanged();
  }

  /** What failed is said anew, to whoever is there now, as the newest there is: that is where the other side will see it. */
  sendAgain() {
    if (!this.canSendAgain) return;
    for (const message of this.#delivery.takeFailed()) {
      message.delivery = 'moved';
      this.messages = this.messages.filter((other) => other !== message);
      this.#say(message.text, message.sender, this.#partner);
    }
  }

  #follow() {
    if (this.#peer) this.#meet(this.#peer);
    if (this.#peer && this.state === 'open') this.#delivery.opened(this.#peer, this.#partner);
    else if (!this.live) this.#delivery.ended();
    this.dispatchEvent(new Event('state'));
  }

  /**
   * Who may be another is met with the connection: until then one writes to whom one knows.
   * @param {Peer} peer
   */
  #meet({ identity, state }) {
    if (!this.#partner.recognize(identity) && state === 'open') this.#partner = new Person(identity);
  }

  /** @param {unknown} data */
  #receive(data) {
    const shown = this.#delivery.receive(data);
    if (shown) this.#keep({ mine: false, sender: this.name, ...this.#bounded(shown), at: this.#now(), delivery: 'done' });
  }

  /** @param {Shown} shown @returns {Shown} without its data if there is no room for that */
  #bounded({ data, ...shown }) {
    if (!data) return shown;
    const kept = this.messages.reduce((sum, message) => sum + (message.data?.size ?? 0), 0);
    if (kept + data.size <= DATA_LIMIT) return { ...shown, data };
    return { ...shown, text: words.messages.binaryNotKept(data.size) };
  }

  /** @param {Omit<Message, 'id'>} said */
  #keep(said) {
    const message = { id: ++this.#lastId, ...said };
    this.messages.push(message);
    if (this.messages.length > HISTORY_LIMIT) {
      this.messages.shift();
      this.trimmed = true;
    }
    this.dispatchEvent(new Event('message'));
    return message;
  }

  #deliveryChanged() {
    this.dispatchEvent(new Event('delivery'));
  }
}
