/** One conversation: what was said with one person, and how the line to them is. */

import { decodeMessage, encodeMessage } from './message.js';

/** @import { Peer } from '../../lib/beckon.js' */
/** @import { Message } from './message.js' */

/** Messages kept per conversation; the oldest go first. */
export const HISTORY_LIMIT = 1_000;

/**
 * Outlives its connections: when one ends and another is made (by either
 * side), the history, the draft and the unread count stay.
 *
 * Events, plain ones without detail (read the fields):
 * - `state`: `state`, `path` or `reason` changed
 * - `message`: `messages` grew (and may have lost its oldest)
 */
export class Conversation extends EventTarget {
  /** @type {Message[]} oldest first, at most HISTORY_LIMIT */
  messages = [];
  /** Whether older messages had to be dropped. */
  trimmed = false;
  /** Messages that came while nobody looked; kept by the Chat. */
  unread = 0;
  /** What has been typed and not been sent yet. */
  draft = '';

  #lastId = 0;
  /** @type {Peer | null} */
  #peer = null;
  #watch = new AbortController();
  #now;

  /**
   * @param {string} name the other person's display name
   * @param {() => number} now the clock, ms since the epoch
   */
  constructor(name, now) {
    super();
    this.name = name;
    this.#now = now;
  }

  /** As of a Peer; 'closed' as well before there has been one. */
  get state() {
    return this.#peer?.state ?? 'closed';
  }

  /** 'direct' or 'relay' while connected and once it is known, else null. */
  get path() {
    return this.#peer?.path ?? null;
  }

  /** Why the state is 'failed' or 'closed'. */
  get reason() {
    return this.#peer?.reason ?? null;
  }

  get canSend() {
    return this.state === 'open';
  }

  /** Whether there is a connection, or one may still come of it. */
  get live() {
    return this.state === 'connecting' || this.state === 'open' || this.state === 'reconnecting';
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
    peer.addEventListener('state', () => this.dispatchEvent(new Event('state')), { signal });
    peer.addEventListener('message', ({ detail }) => this.#receive(detail.data), { signal });
    this.dispatchEvent(new Event('state'));
  }

  /** Hangs up, if there is anything to hang up on. */
  hangUp() {
    if (this.state !== 'closed') this.#peer?.close();
  }

  /** Hangs up and listens to nothing any more. */
  dispose() {
    this.hangUp();
    this.#watch.abort();
  }

  /**
   * @param {string} text
   * @param {string} myName put on the wire, for clients that go by it
   * @returns {boolean} false: it could not be handed over (not connected, or
   *   the channel's buffer is full) and is not in the history either
   */
  send(text, myName) {
    if (!this.#peer || !this.canSend) return false;
    const at = this.#now();
    try {
      this.#peer.send(encodeMessage({ name: myName, text, at }));
    } catch {
      return false;
    }
    this.#keep({ mine: true, sender: myName, text, at, cut: false });
    return true;
  }

  /** @param {unknown} data */
  #receive(data) {
    const { text, cut } = decodeMessage(data);
    this.#keep({ mine: false, sender: this.name, text, at: this.#now(), cut });
  }

  /** @param {Omit<Message, 'id'>} message */
  #keep(message) {
    this.messages.push({ id: ++this.#lastId, ...message });
    if (this.messages.length > HISTORY_LIMIT) {
      this.messages.shift();
      this.trimmed = true;
    }
    this.dispatchEvent(new Event('message'));
  }
}
