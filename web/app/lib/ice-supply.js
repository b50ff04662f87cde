// The ICE servers of the moment. Credentials of a TURN server lapse, so while
// we are logged in they are renewed in time. (In a machine that sleeps the clock
// may stand still. It wakes up with a dead socket, and the login brings others.)

/** They are renewed when so much of their life is over; not in all pages at the same moment. */
const EARLIEST = 0.75;
/** See EARLIEST. */
const LATEST = 0.85;
/** No timer runs for longer, in ms: browsers take no more than 31 bits. */
const LONGEST = 86_400_000;
/** After a request that was not answered, in ms. */
const RETRY = 10_000;

/**
 * @typedef {object} IceSupply
 * @property {RTCIceServer[]} iceServers
 * @property {boolean} relayOnly whether the server wants nobody's address shown to others
 * @property {number} lapsesAt when the credentials lapse, by performance.now(); Infinity: never
 */

export class IceSupplier {
  /** @type {IceSupply} another object with every list */
  current = Object.freeze({ iceServers: [], relayOnly: false, lapsesAt: Infinity });

  #ask;
  #random;
  #renewAt = Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {object} deps
   * @param {() => Promise<unknown>} deps.ask asks for a list, which arrives by took(); rejects if none comes
   * @param {() => number} [deps.random] evenly distributed in [0, 1)
   */
  constructor({ ask, random = Math.random }) {
    this.#ask = ask;
    this.#random = random;
  }

  /**
   * A list arrived.
   *
   * @param {{ iceServers: RTCIceServer[], relayOnly: boolean, ttl: number }} list ttl: in seconds; 0: for ever
   */
  took({ iceServers, relayOnly, ttl }) {
    const life = ttl > 0 && iceServers.some(hasCredentials) ? ttl * 1000 : Infinity;
    this.current = Object.freeze({ iceServers, relayOnly, lapsesAt: performance.now() + life });
    const share = EARLIEST + this.#random() * (LATEST - EARLIEST);
    this.#renewAt = performance.now() + life * share;
    this.#plan(life * share);
  }

  /** Logged out: nothing is renewed until the next list. */
  stop() {
    clearTimeout(this.#timer);
    this.#renewAt = Infinity;
  }

  #renew() {
    this.#plan(RETRY);
    this.#ask().catch(() => {}); // then it is asked again, or a login brings a list
  }

  /** @param {number} ms Infinity: never */
  #plan(ms) {
    clearTimeout(this.#timer);
    if (ms === Infinity) return;
    this.#timer = setTimeout(() => {
      if (performance.now() >= this.#renewAt || ms === RETRY) this.#renew();
      else this.#plan(this.#renewAt - performance.now());
    }, Math.min(ms, LONGEST));
  }
}

/** @param {RTCIceServer} server */
function hasCredentials({ urls, credential }) {
  return Boolean(credential) && [urls].flat().some((url) => /^turns?:/i.test(url));
}
