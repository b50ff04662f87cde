// What to do while an established connection is out of touch: wait a moment
// (most losses heal by themselves), look for a new path, and give up in the end.

/**
 * How long to wait before a restart, in ms: the one who leads goes first.
 *
 * @typedef {{ readonly leading: number, readonly following: number }} Grace
 */

/** @type {Grace} after `disconnected`, which often heals by itself */
const PATIENT = Object.freeze({ leading: 2_500, following: 5_000 });
/** @type {Grace} after `failed`, which does not, and after the way to the other side came back */
const PROMPT = Object.freeze({ leading: 0, following: 2_000 });
/** How long a restart may take before the next one, in ms. */
const RESTART_TIME = 10_000;
/** After so long out of touch we give up, in ms. */
const GIVE_UP = 30_000;
/** If the other side left the server too, we give up sooner, in ms. */
const GIVE_UP_LEFT = 5_000;

/**
 * @typedef {object} RecoveryDeps
 * @property {() => boolean} leads whether we are the one to restart first; the
 *   other side follows a little later, so that offers do not cross all the time
 * @property {() => boolean} reachable whether signaling gets through to the other side
 * @property {() => void} restart
 * @property {(why: 'left' | 'ice-failed') => void} giveUp
 */

export class Recovery {
  #deps;
  #running = false;
  #failed = false;
  #left = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #nextTry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #deadline;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #leftDeadline;

  /** @param {RecoveryDeps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  /** The connection is out of touch (connectionState `disconnected`). */
  disconnected() {
    if (!this.#running) this.#begin(PATIENT);
  }

  /** ICE gave up (connectionState `failed`). */
  failed() {
    this.#failed = true;
    if (!this.#running) this.#begin(PROMPT);
    else if (this.#left) this.#deps.giveUp('left');
    else this.#tryAfter(this.#pick(PROMPT));
  }

  /** The other side left the server. */
  left() {
    this.#left = true;
    if (this.#running) this.#expectNobody();
  }

  /** The other side is at the server (again), and so are we. */
  reachable() {
    this.#left = false;
    clearTimeout(this.#leftDeadline);
    if (this.#running) this.#tryAfter(this.#pick(PROMPT));
  }

  /** In touch again, or over. */
  stop() {
    this.#running = this.#failed = false;
    clearTimeout(this.#nextTry);
    clearTimeout(this.#deadline);
    clearTimeout(this.#leftDeadline);
  }

  /** @param {Grace} grace */
  #begin(grace) {
    this.#running = true;
    this.#deadline = setTimeout(() => this.#deps.giveUp('ice-failed'), GIVE_UP);
    if (this.#left) this.#expectNobody();
    else this.#tryAfter(this.#pick(grace));
  }

  #expectNobody() {
    clearTimeout(this.#nextTry);
    clearTimeout(this.#leftDeadline);
    const wait = this.#failed ? 0 : GIVE_UP_LEFT;
    this.#leftDeadline = setTimeout(() => this.#deps.giveUp('left'), wait);
  }

  /** @param {number} ms */
  #tryAfter(ms) {
    clearTimeout(this.#nextTry);
    this.#nextTry = setTimeout(() => {
      if (this.#deps.reachable()) this.#deps.restart();
      this.#tryAfter(RESTART_TIME);
    }, ms);
  }

  /** @param {Grace} grace */
  #pick(grace) {
    return this.#deps.leads() ? grace.leading : grace.following;
  }
}
