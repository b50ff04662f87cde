// Tells a silent socket from a dead one. The server's WebSocket pings are
// invisible to scripts, and a browser may not notice for minutes that its
// network is gone, so after a minute of silence, and whenever the page wakes
// up, we ask ourselves.

/** Silence after which we ask, in ms. */
const IDLE = 60_000;
/** How long the answer may take, in ms. */
const PATIENCE = 10_000;

export class Liveness {
  #ask;
  #dead;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #asked = false;

  /**
   * @param {object} callbacks
   * @param {() => void} callbacks.ask sends something that is answered
   * @param {() => void} callbacks.dead no answer came
   */
  constructor({ ask, dead }) {
    this.#ask = ask;
    this.#dead = dead;
  }

  /** Something arrived: the socket lives. Also starts the watch. */
  heard() {
    this.#asked = false;
    this.#wait(IDLE, () => this.probe());
  }

  /**
   * Asks now.
   *
   * @param {number} [patience] ms
   */
  probe(patience = PATIENCE) {
    if (this.#asked) return;
    this.#asked = true;
    this.#wait(patience, this.#dead);
    this.#ask();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#asked = false;
  }

  /** @param {number} ms @param {() => void} then */
  #wait(ms, then) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }
}
