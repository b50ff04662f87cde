// The named channels with one other user, over all connections that there are
// with them one after another.

import { Channel, initOf } from './channel.js';
import { Deadline } from './deadline.js';

/** So many that the other side has made may there be at once: one too many is closed. */
const MOST = 64;
/** What the other side has not made again so long after the two are connected anew is over, in ms. */
const AWAIT = 10_000;

/** @typedef {import('./attempt.js').Attempt} Attempt */
/** @typedef {import('./channel.js').Carry} Carry */

export class Channels {
  #peer;
  #deps;
  /** @type {Map<string, Channel>} by label, the one of now */
  #channels = new Map();
  /** @type {Set<Channel>} in whose place there is another already, while the rest of them comes */
  #leaving = new Set();
  /** @type {Set<string>} labels of what we closed out of touch: when the other side makes it again, it hears of that */
  #closed = new Set();
  /** @type {Attempt | null} that is open */
  #attempt = null;
  #await = new Deadline(() => this.#lapse());

  /**
   * @param {import('./peer.js').Peer} peer who is told of those that the other side makes
   * @param {Pick<import('./inflow.js').InflowDeps, 'workspace' | 'overload'>} deps
   */
  constructor(peer, deps) {
    this.#peer = peer;
    this.#deps = deps;
  }

  /** @param {string} label @param {import('./channel.js').ChannelOptions} [options] if there is none of that label yet */
  get(label, options = {}) {
    const known = this.#channels.get(label);
    if (known) return known;
    this.#closed.delete(label);
    const channel = this.#add(label, initOf(label, options));
    if (this.#attempt) this.#make(channel, this.#attempt);
    return channel;
  }

  /**
   * A connection is open: from now on they go this way.
   *
   * @param {Attempt} attempt
   */
  use(attempt) {
    if (attempt.signal.aborted) return;
    this.#attempt = attempt;
    this.#each((channel) => channel.init && this.#make(channel, attempt));
    if (this.#channels.size + this.#closed.size > 0) this.#await.set(AWAIT);
  }

  /**
   * The other side has made one. Its connection may be a moment from being open.
   *
   * @param {RTCDataChannel} made
   * @param {Carry} carry
   */
  arrived(made, carry) {
    if (this.#closed.delete(made.label)) return made.close();
    const known = this.#channels.get(made.label);
    if (known && !known.madeByOther) return known.use(carry, true);
    if (known) { // they have closed that one and made another, and a packet was lost
      this.#channels.delete(made.label);
      this.#leaving.add(known);
    }
    const theirs = this.#all.filter(({ init, madeByOther }) => init === null || madeByOther);
    if (theirs.length >= MOST) return made.close();
    const channel = this.#add(made.label, null, made.protocol);
    channel.use(carry, true);
    return this.#peer.emit('channel', { channel });
  }

  /** The connection is given up. There may be another. */
  lost() {
    this.#attempt = null;
    this.#await.clear();
    for (const channel of [...this.#leaving]) channel.end();
    this.#each((channel) => channel.lost());
  }

  /** There is none any more. */
  end() {
    this.lost();
    this.#each((channel) => channel.end());
  }

  /** @param {string} label @param {RTCDataChannelInit | null} init @param {string} [protocol] */
  #add(label, init, protocol = init?.protocol ?? '') {
    /** @type {Channel} */
    const channel = new Channel(label, protocol, init, () => {
      if (this.#leaving.delete(channel)) return;
      this.#channels.delete(label);
      if (!this.#attempt && init === null) this.#closed.add(label);
    }, this.#deps);
    this.#channels.set(label, channel);
    return channel;
  }

  /** @param {Channel} channel that we have wanted @param {Attempt} attempt */
  #make(channel, attempt) {
    try {
      channel.use((owner) => attempt.addChannel(channel.label, channel.init ?? {}, owner));
    } catch {
      channel.end(); // no more than 65,535 at once
    }
  }

  /** What the other side has not made again is over. */
  #lapse() {
    this.#closed.clear();
    this.#each((channel) => channel.carried || channel.end());
  }

  get #all() {
    return [...this.#channels.values(), ...this.#leaving];
  }

  /** @param {(channel: Channel) => unknown} what */
  #each(what) {
    for (const channel of [...this.#channels.values()]) what(channel);
  }
}
