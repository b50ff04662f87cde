// A user at the fake server: with the plain dialect as good as its socket, with
// beckon.v1 (it has a token then) able to move to another one.

export class Seat {
  /** the session's secret; '' in the plain dialect */
  token = '';
  /** frames since the last login reply */
  #log = [];
  /** how many the client had before that reply; null: it has seen the reply */
  #unconfirmed = null;
  #expiry;

  constructor(user, socket) {
    this.user = user;
    this.socket = socket;
    socket.seat = this;
  }

  deliver(frame) {
    this.#log.push(frame);
    this.socket?.deliver(frame);
  }

  joined(user) {
    if (!this.token) this.deliver({ type: 'updateUsers', user });
    else if (this.socket) this.deliver({ type: 'presence', joined: [user], left: [] });
  }

  left(user) {
    if (!this.token) for (const type of ['leave', 'removeUser']) this.deliver({ type, user });
    else if (this.socket) this.deliver({ type: 'presence', joined: [], left: [user] });
  }

  /** The client has seen the last login reply: it spoke on that socket. */
  confirm() {
    this.#unconfirmed = null;
  }

  detach(window, then) {
    this.socket = null;
    this.#expiry = setTimeout(then, window);
  }

  /** @returns {boolean} false: the count cannot be true */
  moveTo(socket, received) {
    clearTimeout(this.#expiry);
    const old = this.socket;
    this.socket = socket;
    socket.seat = this;
    old?.end(4001, 'resumed elsewhere');
    const arrived = this.#unconfirmed === received ? 0 : received;
    if (!(arrived <= this.#log.length)) return false;
    this.#log = this.#log.slice(arrived).filter(({ type }) => type !== 'presence');
    this.#unconfirmed = received;
    return true;
  }

  /** Says again, behind a login reply, what had not arrived. */
  replay() {
    for (const frame of this.#log) this.socket.deliver(frame);
  }

  end() {
    clearTimeout(this.#expiry);
    if (this.socket) this.socket.seat = null;
  }
}
