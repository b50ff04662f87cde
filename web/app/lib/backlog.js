// What comes by a channel before anybody listens or reads: kept, but not without
// end. The other side is told to wait; one that does not loses the rest.

import { HIGH, sizeOf } from './inflow.js';

/** @typedef {string | ArrayBuffer | Blob} Message */

/**
 * @typedef {object} BacklogDeps
 * @property {(on: boolean) => void} hold has the other side wait, or go on
 * @property {() => boolean} holds whether it does
 * @property {import('./chunks.js').Workspace} workspace that it takes its room from
 * @property {() => void} overload more comes than there is room for, most of it here
 */

export class Backlog {
  #deps;
  /** @type {Message[]} */
  #messages = [];
  #size = 0;
  #held = false;

  /** @param {BacklogDeps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  /** @param {Message} message */
  add(message) {
    if (this.#size >= HIGH && !this.#deps.holds()) return;
    this.#messages.push(message);
    this.#size += sizeOf(message);
    this.#deps.workspace.hold(this, this.#size);
    if (this.#held || this.#size < HIGH) return;
    this.#held = true;
    this.#deps.hold(true);
  }

  /** Gives them away. */
  take() {
    const messages = this.#messages;
    this.#clear();
    if (this.#held) this.#deps.hold(false);
    this.#held = false;
    return messages;
  }

  /** No more comes. What is kept lasts as long as somebody has the channel. */
  end() {
    this.#deps.workspace.free(this);
  }

  /** Of Workspace. */
  overload() {
    this.#clear();
    this.#deps.overload();
  }

  #clear() {
    this.#messages = [];
    this.#size = 0;
    this.#deps.workspace.free(this);
  }
}
