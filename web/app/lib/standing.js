// How things stand with a Peer: what it shows of itself, and tells when that changes.

import { Media } from './media.js';
import { pathOf } from './path.js';
import { Peer } from './peer.js';

/**
 * @typedef {import('./peer.js').PeerState} PeerState
 * @typedef {import('./peer.js').PeerReason} PeerReason
 * @typedef {import('./path.js').Route} Route
 */

export class Standing {
  /** @type {PeerState} */
  state = 'connecting';
  /** @type {Route | null} */
  route = null;
  epoch = 0;
  /** @type {PeerReason | null} */
  reason = null;
  /**
   * The public face. What it shows besides is for who extends this.
   *
   * @type {Peer}
   */
  peer = new Peer(/** @type {any} */ (this));
  /** What goes to and fro besides messages. */
  media = new Media(this.peer);

  get live() {
    return this.state !== 'failed' && this.state !== 'closed';
  }

  /**
   * What is connected goes in and out of touch.
   *
   * @param {boolean} alive
   */
  touch(alive) {
    if (!alive && this.state === 'open') this.enter('reconnecting');
    else if (alive && this.state === 'reconnecting') this.enter('open');
  }

  /**
   * @param {PeerState} state
   * @param {{ route?: Route | null, reason?: PeerReason | null }} [more]
   */
  enter(state, { route = this.route, reason = null } = {}) {
    const wasLive = this.live;
    const elsewhere = route !== null && route !== this.route;
    this.state = state;
    this.route = route;
    this.reason = reason;
    const ends = wasLive && !this.live;
    this.peer.emit('state', { state, path: pathOf(route), route, reason });
    // A listener of `state` may have changed it again, and all of that is told by now.
    if (elsewhere && route === this.route) this.peer.emit('route', { route, path: pathOf(route) });
    if (ends) this.peer.emit('close', { state, reason });
  }
}
