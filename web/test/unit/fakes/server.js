// A signaling server in memory that speaks the plain dialect, and a WebSocket
// class that leads to it. Every frame takes a millisecond of virtual time.

import { eventWith } from './events.js';

const LATENCY = 1;

export class FakeServer {
  /** false: nobody is let in */
  up = true;
  /** false: sockets open, but nothing is said */
  greets = true;
  iceServers = [];
  /** every socket ever made, oldest first */
  sockets = [];
  /** by name */
  users = new Map();
  /** called with (socket, frame); true: taken care of */
  intercept = () => false;
  #lastId = 0;

  /** The class to give to the client. */
  get WebSocket() {
    const server = this;
    return class extends FakeWebSocket {
      constructor(url, protocols) {
        super(server, url, protocols);
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

  /** Stops with all sockets, as a killed process does. */
  crash() {
    this.up = false;
    this.users.clear();
    for (const socket of this.sockets) socket.end(1006, '');
  }

  /** Gives a dead socket's name free, as the heartbeat does in the end. */
  reap(socket) {
    this.#gone(socket);
  }

  accept(socket) {
    if (this.greets) socket.deliver({ type: 'connect', message: 'Well hello there' });
  }

  closed(socket) {
    this.#gone(socket);
  }

  handle(socket, frame) {
    if (this.intercept(socket, frame)) return;
    if (frame.type === 'login') this.#login(socket, frame);
    else if (frame.type === 'ping') socket.deliver({ type: 'pong', data: frame.data });
    else if (frame.type === 'ice') socket.deliver({ type: 'ice', iceServers: this.iceServers, ttl: 3600 });
    else if (frame.type === 'leave' && !frame.name) this.#gone(socket);
    else this.#relay(socket, frame);
  }

  #login(socket, { name, room = '' }) {
    if (this.users.has(name)) {
      socket.deliver({ type: 'login', success: false, code: 'name_taken', message: 'Username is unavailable' });
      return;
    }
    socket.user = { id: `id-${++this.#lastId}`, userName: name };
    const users = [...this.users.values()].map((other) => other.user);
    socket.deliver({ type: 'login', success: true, id: socket.user.id, name, room, users, iceServers: this.iceServers });
    for (const other of this.users.values()) other.deliver({ type: 'updateUsers', user: socket.user });
    this.users.set(name, socket);
  }

  #relay(socket, frame) {
    const to = this.users.get(frame.name);
    if (to) to.deliver({ ...frame, name: socket.user.userName });
    else socket.deliver({ type: 'error', code: 'unknown_user', message: `User ${frame.name} does not exist!`, name: frame.name });
  }

  #gone(socket) {
    const { user } = socket;
    socket.user = null;
    if (!user || !this.users.delete(user.userName)) return;
    for (const other of this.users.values()) {
      other.deliver({ type: 'leave', user });
      other.deliver({ type: 'removeUser', user });
    }
  }
}

class FakeWebSocket extends EventTarget {
  readyState = 0;
  /** frames from the client */
  received = [];
  user = null;
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
      if (!server.up) return this.end(1006, '');
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
      this.#server.closed(this);
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

  /** Server side: the connection ends. */
  end(code, reason = '') {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#server.closed(this);
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
