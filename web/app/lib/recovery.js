// What to do while an established connection is out of touch: wait a moment
// (most losses heal by themselves), look for a new path, connect anew, and give
// up in the end. Most losses that do not heal at once are those of a network
// that is away for a minute, so the end is not near.
//
// It runs while we are out of touch; in touch, or when all is over, it is idle.
//
//  event        | idle                           | runs
//  -------------+--------------------------------+-----------------------------------------------
//  disconnected | runs; a try after PATIENT      | -
//  failed       | runs; a try after PROMPT       | the next try after PROMPT, and no sooner than
//               |                                | GATHERING after the last one
//  broken       | as failed; tries only renew    | as failed; tries only renew from now on
//  renewing     | runs; a try after TRY_TIME+2 s | the next try after TRY_TIME+2 s
//  left         | noted                          | noted; GIVE_UP_LEFT begins (anew)
//  reachable    | the note is dropped            | the note is dropped, with GIVE_UP_LEFT; the
//               |                                | next try after PROMPT; GIVE_UP no sooner than
//               |                                | after EXTENSION
//  stop         | -                              | idle; the note stays
//  try due      |                                | the next after TRY_TIME; if reachable: restart,
//               |                                | LOOKS times and not after STALE; else renew
//  GIVE_UP      |                                | online: giveUp, ice-failed; else EXTENSION more
//  GIVE_UP_LEFT |                                | giveUp, left
//
// When it begins to run, GIVE_UP begins; with the note, GIVE_UP_LEFT too. Two tries are SPACING
// apart at least; with the note they do nothing, as nobody is reachable. giveUp leads to stop().

import { Deadline } from './deadline.js';

/**
 * How long to wait before a try, in ms: the one who leads goes first.
 *
 * @typedef {{ readonly leading: number, readonly following: number }} Grace
 */

/** @type {Grace} after `disconnected`, which often heals by itself */
const PATIENT = Object.freeze({ leading: 2_500, following: 5_000 });
/** @type {Grace} after `failed`, which does not, and after the way to the other side came back */
const PROMPT = Object.freeze({ leading: 0, following: 2_000 });
/** How long a try may take before the next one, in ms. */
const TRY_TIME = 10_000;
/** Two tries are at least so far apart, in ms. */
const SPACING = 1_000;
/** So long it may take until all candidates for a new path are there, in ms: `failed` before that need not be the last word. */
const GATHERING = 5_000;
/** @type {Grace} so many looks for a new path are tried before everything is made anew */
const LOOKS = Object.freeze({ leading: 2, following: 4 });
/**
 * After so long out of touch a new path is of little use, in ms: SCTP doubles its timer with each loss (RFC 9260
 * section 6.3.3), and what it holds would wait for as long again.
 */
const STALE = 20_000;
/** After so long out of touch we give up, in ms. */
const GIVE_UP = 120_000;
/** Nor before so long after we were cut off from the server ourselves, in ms. */
const EXTENSION = 30_000;
/**
 * If the other side left the server too, we give up sooner, in ms. The server may have taken it for gone soon after its
 * line was cut, and it may wait for half a minute between two tries to come back.
 */
const GIVE_UP_LEFT = 90_000;

/**
 * @typedef {object} RecoveryDeps
 * @property {() => boolean} leads whether we are the one to try first; the
 *   other side follows a little later, so that offers do not cross all the time
 * @property {() => boolean} online whether signaling gets through to the server
 * @property {() => boolean} reachable whether it gets through to the other side: never to who has left
 * @property {() => void} restart looks for a new path
 * @property {() => void} renew connects anew
 * @property {(why: 'left' | 'ice-failed') => void} giveUp
 */

export class Recovery {
  #deps;
  #running = false;
  #left = false;
  #tries = 0;
  #since = 0;
  #triedAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #nextTry;
  #deadline = new Deadline(() => this.#expired());
  #leftDeadline = new Deadline(() => this.#deps.giveUp('left'));

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
    if (!this.#running) this.#begin(PROMPT);
    else this.#tryAfter(Math.max(this.#pick(PROMPT), this.#triedAt + GATHERING - performance.now()));
  }

  /** The connection cannot be mended: no new path will help. */
  broken() {
    this.failed();
    this.#tries = LOOKS.following;
  }

  /** Either side connects anew: that is to have time. */
  renewing() {
    if (!this.#running) this.#begin(PATIENT);
    this.#tryAfter(TRY_TIME + PROMPT.following);
  }

  /** The other side left the server. */
  left() {
    this.#left = true;
    if (this.#running) this.#leftDeadline.set(GIVE_UP_LEFT);
  }

  /** The other side is at the server (again), and so are we. */
  reachable() {
    this.#left = false;
    this.#leftDeadline.clear();
    if (!this.#running) return;
    this.#tryAfter(this.#pick(PROMPT));
    this.#deadline.set(Math.max(EXTENSION, this.#deadline.left));
  }

  /** In touch again, or over. */
  stop() {
    this.#running = false;
    clearTimeout(this.#nextTry);
    this.#deadline.clear();
    this.#leftDeadline.clear();
  }

  /** @param {Grace} grace */
  #begin(grace) {
    this.#running = true;
    this.#tries = 0;
    this.#since = performance.now();
    this.#deadline.set(GIVE_UP);
    if (this.#left) this.#leftDeadline.set(GIVE_UP_LEFT);
    this.#tryAfter(this.#pick(grace));
  }

  #expired() {
    if (this.#deps.online()) this.#deps.giveUp('ice-failed');
    else this.#deadline.set(EXTENSION);
  }

  /** @param {number} ms */
  #tryAfter(ms) {
    clearTimeout(this.#nextTry);
    const wait = Math.max(ms, this.#triedAt + SPACING - performance.now());
    this.#nextTry = setTimeout(() => {
      this.#tryAfter(TRY_TIME);
      if (this.#deps.reachable()) this.#try();
    }, wait);
  }

  #try() {
    this.#triedAt = performance.now();
    const fresh = this.#triedAt - this.#since < STALE;
    if (fresh && this.#tries++ < this.#pick(LOOKS)) this.#deps.restart();
    else this.#deps.renew();
  }

  /** @param {Grace} grace */
  #pick(grace) {
    return this.#deps.leads() ? grace.leading : grace.following;
  }
}
