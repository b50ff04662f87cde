// What it takes to go on with a session on another socket: its secret, and how
// many frames of it have arrived, so that the server repeats exactly the rest.

export class Resumption {
  /** @type {string | null} */
  #session = null;
  #received = 0;
  #attempt = 0;
  /** How often the session went on; numbers the marks. */
  #marks = 0;
  /** Whether the current socket is the session's. */
  #attached = false;

  /** Whether there is a session that may still be alive. */
  get possible() {
    return this.#session !== null;
  }

  /**
   * What a login adds to go on with the session; empty if there is none. `confirms` promises a message once we
   * have seen the reply, as a page may be frozen while its browser goes on answering the server's pings. By
   * `attempt` the server tells our newest login from one that the network held back on a socket we gave up.
   */
  claim() {
    if (this.#session === null) return {};
    return { session: this.#session, received: this.#received, confirms: true, attempt: ++this.#attempt };
  }

  /**
   * A login was granted, or the session went on: counting starts (anew).
   *
   * @param {string | null} session null: the server keeps none
   */
  begin(session) {
    this.#session = session;
    this.#received = 0;
    this.#attached = true;
  }

  /** A text frame arrived, whatever it says. Those before the login reply of a new socket do not count. */
  heard() {
    if (this.#attached) this.#received++;
  }

  /** The session goes on: what was kept for us comes before the answer to a ping with this mark. */
  mark() {
    this.#marks++;
    return this.#lastMark;
  }

  /** @param {string} mark that came back @returns {boolean} whether all has arrived that was kept for us */
  caughtUp(mark) {
    return mark === this.#lastMark;
  }

  get #lastMark() {
    return `caught up ${this.#marks}`;
  }

  /** The socket is lost, the session perhaps not. */
  detach() {
    this.#attached = false;
  }

  /** The session is over. */
  end() {
    this.#session = null;
    this.#attached = false;
  }
}
