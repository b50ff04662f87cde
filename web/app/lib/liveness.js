// Tells a silent socket from a dead one. The server's WebSocket pings are
// invisible to scripts, and a browser may not notice for minutes that its
// network is gone, so after some silence, and whenever the page wakes up, we
// ask ourselves.
//
// While somebody may be looking, a dead line is known within eight seconds.
// That costs a quiet server one small message per visible page in 4 to 5 s, and
// nothing where news of others flows anyway; the spread keeps pages that heard
// the same news from asking in the same moment. A page that nobody sees asks
// once a minute, so as not to be gone for the others without knowing it.

/** Shortest silence after which we ask while the page is visible, in ms. */
const IDLE = 4_000;
/** It is longer by up to this, in ms. */
const SPREAD = 1_000;
/** Silence after which we ask while nobody sees the page, in ms. */
const IDLE_UNSEEN = 60_000;
/** How long the answer may take, in ms. */
const PATIENCE = 3_000;
/** On a line that is slow rather than dead it may take longer: each verdict doubles the time, up to this. In ms. */
const MAX_PATIENCE = 12_000;
/** Behind a login it takes longer by up to this: the server may ask the holder of the name, and hears nothing else then. In ms. */
const HOLDER_ASKED = 3_000;

export class Liveness {
  #ask;
  #dead;
  #behindLogin;
  #unseen;
  #random;
  #patience = PATIENCE;
  /** When we asked; 0: no answer is awaited. */
  #askedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {object} deps
   * @param {() => void} deps.ask sends something that is answered
   * @param {() => void} deps.dead no answer came
   * @param {() => boolean} deps.behindLogin whether the answer to a login comes first
   * @param {() => boolean} deps.unseen whether nobody can see the page
   * @param {() => number} [deps.random] evenly distributed in [0, 1)
   */
  constructor({ ask, dead, behindLogin, unseen, random = Math.random }) {
    this.#ask = ask;
    this.#dead = dead;
    this.#behindLogin = behindLogin;
    this.#unseen = unseen;
    this.#random = random;
  }

  /** Something arrived: the socket lives. Also starts the watch. */
  heard() {
    if (this.#askedAt > 0 && performance.now() - this.#askedAt < PATIENCE) this.#patience = PATIENCE;
    this.#askedAt = 0;
    const idle = this.#unseen() ? IDLE_UNSEEN : IDLE + this.#random() * SPREAD;
    this.#wait(idle, () => this.probe());
  }

  /** Asks now. */
  probe() {
    if (this.#askedAt > 0) return;
    this.#askedAt = performance.now();
    this.#wait(this.#patience + (this.#behindLogin() ? HOLDER_ASKED : 0), () => {
      this.#patience = Math.min(this.#patience * 2, MAX_PATIENCE);
      this.#dead();
    });
    this.#ask();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#askedAt = 0;
  }

  /** @param {number} ms @param {() => void} then */
  #wait(ms, then) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }
}
