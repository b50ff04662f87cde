// Stand-ins for the client library: as much of it as the page's models touch,
// and played by hand.

import { sameIdentity } from '../../../app/lib/identity.js';

/** The server's id of whoever has that name, where a test does not say otherwise. */
export const idOf = (name) => `the login of ${name}`;

class Fake extends EventTarget {
  emit(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

export class FakePeer extends Fake {
  state = 'connecting';
  path = null;
  reason = null;
  /** How many channels there were, and the subprotocol of the last. */
  epoch = 0;
  protocol = '';
  identity = { id: '', fingerprint: '' };
  sent = [];
  accepted = false;
  /** What send() throws, if anything. */
  fault = null;
  /** The longest that send() takes. */
  maxLength = Infinity;
  bufferedAmount = 0;

  constructor(name) {
    super();
    this.name = name;
  }

  /** Another channel is open. */
  opens(protocol = '') {
    this.epoch++;
    this.protocol = protocol;
    this.become('open');
  }

  become(state, { path = null, reason = null } = {}) {
    Object.assign(this, { state, path, reason });
    if (state === 'open') this.#showsCertificate();
    this.emit('state', { state, path, reason });
  }

  /** Nobody is connected without. */
  #showsCertificate() {
    if (this.identity.fingerprint === '') this.identity = { id: idOf(this.name), fingerprint: `that of ${this.name}` };
  }

  is(identity) {
    return sameIdentity(this.identity, identity);
  }

  says(text) {
    this.emit('message', { data: JSON.stringify({ name: 'somebody else', message: text, time: '1999-12-31T23:59:59Z' }) });
  }

  /** Anything at all. */
  gives(data) {
    this.emit('message', { data: typeof data === 'string' ? data : JSON.stringify(data) });
  }

  send(data) {
    if (this.fault) throw this.fault;
    if (data.length > this.maxLength) throw new TypeError('Message size exceeds maxMessageSize');
    if (this.state !== 'open') throw new DOMException(`Not connected to ${this.name}`, 'InvalidStateError');
    this.sent.push(JSON.parse(data));
  }

  accept() {
    this.accepted = true;
  }

  close() {
    this.become('closed', { reason: 'local' });
  }
}

export class FakePeers extends Fake {
  live = new Map();

  connect(name, { identity = { id: '', fingerprint: '' } } = {}) {
    this.wanted = identity;
    return this.get(name) ?? this.#make(name, false, identity);
  }

  get(name) {
    const known = this.live.get(name);
    return known && known.state !== 'failed' && known.state !== 'closed' ? known : undefined;
  }

  calledBy(name, identity) {
    return this.#make(name, true, identity);
  }

  #make(name, incoming, identity = { id: '', fingerprint: '' }) {
    const peer = new FakePeer(name);
    peer.identity = identity;
    this.live.set(name, peer);
    this.emit('peer', { peer, incoming });
    return peer;
  }
}

export class FakeSignaling extends Fake {
  state = 'idle';
  retryAt = 0;
  me = null;
  users = new Map();
  iceServers = [];
  iceSupply = { relayOnly: false };
  requests = [];
  retries = 0;
  tokenRequired = false;
  /** How often it was told to connect. */
  opened = 0;

  become(state, { retryAt = 0, code = 0 } = {}) {
    const previous = this.state;
    Object.assign(this, { state, retryAt });
    this.emit('state', { state, previous, retryAt, code, reason: '' });
  }

  found(...names) {
    this.users = new Map(names.map((userName, id) => [String(id), { id: String(id), userName }]));
    this.emit('users', { users: this.users });
  }

  open() {
    this.opened++;
    this.become('connecting');
  }

  login(request) {
    return new Promise((grant, refuse) => {
      this.requests.push({
        request,
        grant: () => {
          this.me = { id: 'me', name: request.name, room: request.room };
          this.become('online');
          grant(this.me);
        },
        refuse,
      });
    });
  }

  logout() {
    this.me = null;
    this.users = new Map();
    this.become('ready');
  }

  retryNow() {
    this.retries++;
  }
}

/** Counts the events of one type. */
export function counter(target, type) {
  const counts = { seen: 0 };
  target.addEventListener(type, () => { counts.seen++; });
  return counts;
}
