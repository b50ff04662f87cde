// Who is at the other end, and whether the server would bring them what we say.
// The name alone does not tell: it may be somebody else's by now.

import { sameIdentity } from './identity.js';
import { fingerprintOf } from './sdp.js';

/** @typedef {import('./negotiation.js').Description} Description */

/**
 * @typedef {object} PartnerDeps
 * @property {() => boolean} online whether the server hears us
 * @property {() => string} id the server's of who has this name now; '' if nobody is listed
 */

export class Partner {
  /** Whether the name is in the room, as far as we know. */
  present = true;
  /** Whether somebody else has the name: signaling does not reach this user any more. */
  apart = false;
  #deps;

  /**
   * @param {PartnerDeps} deps
   * @param {import('./identity.js').Identity} identity
   */
  constructor(deps, identity) {
    this.#deps = deps;
    /** Whom we are connected with, or want to be. */
    this.identity = identity;
  }

  get reachable() {
    return this.#deps.online() && this.present && !this.apart;
  }

  /**
   * Whether a description of whoever has the name is of somebody else.
   *
   * @param {Description} description
   */
  isOther(description) {
    return !sameIdentity(this.identity, this.#identityIn(description));
  }

  /** Whether somebody else may have the name, who never had a call with us. */
  get mayBeOther() {
    const { id } = this.identity;
    return id !== '' && id !== this.#deps.id();
  }

  /** @param {Description} description of theirs, which is accepted */
  recognize(description) {
    this.identity = this.#identityIn(description);
  }

  /** @param {Description} description */
  #identityIn({ sdp }) {
    return { id: this.#deps.id(), fingerprint: fingerprintOf(sdp) };
  }
}
