// A signaling server in memory that speaks both dialects, and a WebSocket class
// that leads to it. Every frame takes a millisecond of virtual time.

import { eventWith, Target } from './events.js';
import { Seat } from './seat.js';

const LATENCY = 1;

export class FakeServer {
  /** false: nobody is let in */
  up = true;
  /** names of machines that do not reach it */
  cutOff = new Set();
  /** false: sockets open, but nothing is said */
  greets = true;
  /** the subprotocol it takes; '' for none, and `strict` to have offers fail then, as browsers do */
  dialect = 'beckon.v1';
  strict = false;
  /** in seconds */
  resumeWindow = 15;
  iceServers = [];
  /** how long they are good, in seconds; 0: for ever. Credentials of TURN servers are others each time then. */
  iceTtl = 0;
  relayOnly = false;
  /** every socket ever made, oldest first */
  sockets = [];
  /** seats by name */
  users = new Map();
  /** whether the greeting says that a login needs a token */
  tokenRequired = false;
  /** names of those who are behind: what is for them is refused */
  busy = new Set();
  /** called with (socket, frame); true: taken care of */
  intercept = () => false;
  /** credentials handed out */
  minted = 0;
  #lastId = 0;

  /** The class to give to the client. */
  get WebSocket() {
    return this.webSocketFor('');
  }

  /** The same, for a machine that can be cut off by its name. */
  webSocketFor(machine) {
    const server = this;
    return class extends FakeWebSocket {
      constructor(url, protocols) {
        super(server, url, protocols);
        this.machine = machine;
      }
    };
  }

  get last() {
    return this.sockets.at(-1);
  }

  /** Frames of one type that arrived, over all sockets. */
  got(type) {
    return this.sockets.flatMap((socket) => socket.received).filter((frame) => frame.type === type);
  }

  /** The socket of a user. */
  socketOf(name) {
    return this.users.get(name).socket;
  }

  /** Stops with all sockets, as a killed process does. */
  crash() {
    this.up = false;
    this.users.clear();
    for (const socket of this.sockets) socket.end(1006, '');
  }

  /** Finds out that a socket is dead, as the heartbeat does in the end. */
  reap(socket) {
    this.closed(socket, 1006);
  }

  accept(socket) {
    if (this.greets) socket.deliver({ type: 'connect', message: 'Well hello there', ...(this.tokenRequired && { tokenRequired: true }) });
  }

  /** A socket has ended; with some codes the session lives on for a while. */
  closed(socket, code) {
    const { seat } = socket;
    if (seat?.socket !== socket) return;
    if (!seat.token || [1000, 1001, 1005].includes(code)) this.#gone(seat);
    else seat.detach(this.resumeWindow * 1000, () => this.#gone(seat));
  }

  handle(socket, frame) {
    if (socket.seat && socket.seat.socket !== socket) return; // taken over
    socket.seat?.confirm();
    if (this.intercept(socket, frame)) return;
    if (frame.type === 'login') this.#login(socket, frame);
    else if (frame.type === 'ping') this.#reply(socket, { type: 'pong', data: frame.data });
    else if (frame.type === 'ice') this.#reply(socket, { type: 'ice', ttl: this.iceTtl || 3600, ...this.#ice() });
    else if (frame.type === 'leave' && !frame.name) this.#gone(socket.seat);
    else this.#relay(socket, frame);
  }

  #reply(socket, frame) {
    (socket.seat ?? socket).deliver(frame);
  }

  #login(socket, { name, room = '', session, received }) {
    const known = this.users.get(name);
    if (known && socket.protocol && known.token === session && session) {
      if (known.moveTo(socket, received)) return this.#welcome(known, room, true);
      this.#gone(known);
    } else if (known) {
      return this.#reply(socket, { type: 'login', success: false, code: 'name_taken', message: 'Username is unavailable' });
    }
    const seat = new Seat({ id: `id-${++this.#lastId}`, userName: name }, socket);
    if (socket.protocol) seat.token = `secret-${this.#lastId}`;
    this.#welcome(seat, room, false);
    for (const other of this.users.values()) other.joined(seat.user);
    this.users.set(name, seat);
    return undefined;
  }

  #welcome(seat, room, resumed) {
    const { user: { id, userName: name }, token } = seat;
    const users = [...this.users.values()].filter((other) => other !== seat).map(({ user }) => user);
    const more = token ? { session: token, resumed, resumeWindow: this.resumeWindow } : {};
    seat.socket.deliver({ type: 'login', success: true, id, name, room, users, ...this.#ice(), ...more, ...(this.iceTtl && { iceTtl: this.iceTtl }) });
    seat.replay();
  }

  #ice() {
    const mint = (server) => (server.credential && this.iceTtl ? { ...server, username: `user ${++this.minted}` } : server);
    return { iceServers: this.iceServers.map(mint), ...(this.relayOnly && { iceTransportPolicy: 'relay' }) };
  }

  #relay(socket, frame) {
    const to = this.users.get(frame.name);
    if (to && this.busy.has(frame.name)) this.#reply(socket, { type: 'error', code: 'recipient_busy', message: 'Try again', name: frame.name });
    else if (to) to.deliver({ ...frame, name: socket.seat.user.userName });
    else this.#reply(socket, { type: 'error', code: 'unknown_user', message: `User ${frame.name} does not exist!`, name: frame.name });
  }

  #gone(seat) {
    if (!seat) return;
    const { user } = seat;
    seat.end();
    if (this.users.get(user.userName) !== seat) return;
    this.users.delete(user.userName);
    for (const other of this.users.values()) other.left(user);
  }
}

class FakeWebSocket extends Target {
  readyState = 0;
  protocol = '';
  /** frames from the client */
  received = [];
  seat = null;
  closedWith = null;
  #server;
  #dead = false;

  constructor(server, url, protocols) {
    super();
    Object.assign(this, { url, protocols });
    this.#server = server;
    server.sockets.push(this);
    this.#later(() => {
      if (this.readyState !== 0) return;
      const taken = protocols?.includes(server.dialect);
      if (!server.up || server.cutOff.has(this.machine) || (server.strict && protocols && !taken)) {
        this.dispatchEvent(new Event('error'));
        return this.end(1006, '');
      }
      if (taken) this.protocol = server.dialect;
      this.readyState = 1;
      this.dispatchEvent(new Event('open'));
      server.accept(this);
    });
  }

  send(text) {
    const frame = JSON.parse(text);
    this.#later(() => {
      if (this.readyState !== 1) return;
      this.received.push(frame);
      this.#server.handle(this, frame);
    });
  }

  close(code) {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    this.closedWith = code;
    this.#later(() => {
      this.#server.closed(this, code);
      this.end(code, '');
    });
  }

  /** Server side: a frame to the client. */
  deliver(frame) {
    this.deliverRaw(JSON.stringify(frame));
  }

  deliverRaw(data) {
    this.#later(() => {
      if (this.readyState === 1) this.dispatchEvent(eventWith('message', { data }));
    });
  }

  /** Server side: the connection ends. With 1006 it is cut, and what was under way is lost. */
  end(code, reason = '') {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#server.closed(this, code);
    this.dispatchEvent(eventWith('close', { code, reason }));
  }

  /** The network under it vanishes: no more frames, no close event, and the server keeps the user. */
  die() {
    this.#dead = true;
  }

  #later(then) {
    setTimeout(() => this.#dead || then(), LATENCY);
  }
}
