// The data channels of one connection.

import { DataChannel } from './data-channel.js';
import { messageSizeIn } from './sdp.js';

/** @typedef {import('./data-channel.js').DataChannelOwner} DataChannelOwner */

export class DataChannels {
  /**
   * The one by which there is a connection: the others come and go with it.
   *
   * @type {DataChannel | null}
   */
  first = null;
  /** @type {Set<DataChannel>} */
  #others = new Set();
  #deps;
  #heard;
  #over = false;

  /**
   * @param {Omit<import('./data-channel.js').DataChannelDeps, 'joins'>} deps
   * @param {() => string} heard the other side's last description, '' before there is one
   */
  constructor(deps, heard) {
    this.#heard = heard;
    this.#deps = { ...deps, joins: () => deps.maxMessageSize && messageSizeIn(heard()) };
  }

  /**
   * Where a packet is lost, another may get here before the first. A client of ours makes the first one before there
   * is a connection, so it has the lowest number of its side (RFC 8832 section 6).
   *
   * @param {RTCDataChannel} channel of the other side's making
   */
  isFirst({ id }) {
    return !this.first && (id === null || id < 2 || messageSizeIn(this.#heard()) === 0);
  }

  /** Whether the other side is a client of ours, too: then each channel beside the first is one of its own. */
  get bothOurs() {
    return this.#deps.joins() > 0;
  }

  /** @param {RTCDataChannel} channel @param {DataChannelOwner} owner */
  begin(channel, owner) {
    this.first = new DataChannel(channel, this.#deps, owner);
    this.first.start();
  }

  /** @param {RTCDataChannel} channel @param {DataChannelOwner} owner who has the result before it is told anything */
  add(channel, owner) {
    const added = new DataChannel(channel, this.#deps, {
      ...owner,
      closed: (whole) => {
        this.#others.delete(added);
        owner.closed(whole);
      },
    });
    this.#others.add(added);
    queueMicrotask(() => this.#over || added.start());
    return added;
  }

  /** Bytes that have been taken and have not left yet. */
  get amount() {
    return [...this.#all].reduce((sum, { amount }) => sum + amount, 0);
  }

  /** Touch is back. */
  resumed() {
    for (const each of this.#all) each.resumed();
  }

  /** Nothing is told any more. */
  mute() {
    this.#over = true;
    for (const each of this.#all) each.mute();
  }

  /** Nothing more comes: when all has left, the first one is closed. */
  finish() {
    const left = new Set(this.#all);
    for (const each of [...left]) {
      const done = () => {
        left.delete(each);
        if (left.size === 0) this.first?.channel.close();
      };
      each.channel.addEventListener('close', done, { once: true });
      if (each.outflow && each.usable) each.outflow.finish(done);
      else done();
    }
  }

  /** All are given up, and what has not left. */
  end() {
    for (const { outflow } of this.#all) outflow?.end();
  }

  get #all() {
    return this.first ? [this.first, ...this.#others] : this.#others;
  }
}
