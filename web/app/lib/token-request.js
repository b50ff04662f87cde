// The token of a login: a string, or a function that is asked for one each
// time, as a token is good for a while and a login may be asked for again at
// any time.

import { SignalingError } from './protocol.js';

/**
 * How long the function may take, in ms: somebody may have to type a password,
 * but what never answers must not keep us from trying anew.
 */
const PATIENCE = 60_000;

/** @typedef {string | (() => string | PromiseLike<string>)} Token */

/** Asks for one token at a time. What comes after forget(), or for an earlier question, is ignored. */
export class TokenRequest {
  /** The question that is open. @type {object | null} */
  #open = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * Calls one of the two, later, and once at most.
   *
   * @param {Exclude<Token, string>} source
   * @param {(token: string) => void} given
   * @param {(error: SignalingError) => void} failed no_token; what it failed with is its `cause`
   */
  ask(source, given, failed) {
    this.forget();
    const question = {};
    this.#open = question;
    /** @param {() => void} then */
    const close = (then) => {
      if (this.#open !== question) return;
      this.forget();
      then();
    };
    const fail = (/** @type {unknown} */ cause) => close(() => failed(noToken(cause)));
    this.#timer = setTimeout(() => fail(new Error('the function did not answer')), PATIENCE);
    answerOf(source).then((token) => close(() => given(token)), fail);
  }

  forget() {
    clearTimeout(this.#timer);
    this.#open = null;
  }
}

/**
 * @param {Exclude<Token, string>} source
 * @returns {Promise<string>} rejects also where the function throws or gives something else
 */
async function answerOf(source) {
  await undefined; // who asks is to be done first: the function may have us log out, or in
  const token = await source();
  if (typeof token !== 'string') throw new TypeError('the function gave no string');
  return token;
}

/** @param {unknown} cause */
function noToken(cause) {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SignalingError('no_token', `No token to log in with: ${why}`, { cause });
}
