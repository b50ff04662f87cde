// Listeners that do at random what they please, in the middle of whatever they are told of, while the server and the
// paths come and go: in the end all agree on who is where.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Peers, Room, Signaling } from '../../app/lib/beckon.js';
import { useClock } from './fakes/clock.js';
import { FakePage } from './fakes/events.js';
import { randomFrom } from './fakes/random.js';
import { FakeNetwork } from './fakes/rtc.js';
import { FakeServer } from './fakes/server.js';

const RUNS = 200;
const STEPS = 40;
/** Listeners that are called by what a listener does do something too, and so on: no deeper than this. */
const MOST_DEPTH = 4;

const SIGNALING_EVENTS = ['state', 'users', 'joined', 'left', 'login', 'caughtup', 'logout', 'ice', 'signal', 'hangup', 'unreachable', 'error'];
const PEER_EVENTS = ['open', 'state', 'route', 'close', 'message', 'drain', 'unsent', 'negotiationerror'];

const met = { actions: 0, nested: 0, granted: 0, refused: 0, renewed: 0 };

/** A page whose listeners act on their own account. */
class Actor {
  depth = 0;
  quiet = false;
  /** logins that have not settled */
  waiting = new Set();
  peers = new Set();
  faults = [];

  constructor(name, { server, network, random }) {
    this.name = name;
    /** How often a listener does something: rarely, mostly, so that there is something to end. */
    this.eagerness = random() ** 3 * 0.3;
    this.names = [name, `${name}2`];
    this.random = random;
    this.page = new FakePage();
    this.signaling = new Signaling({ url: 'ws://test/ws', WebSocket: server.webSocketFor(name), random, page: this.page });
    this.#listen(this.signaling, SIGNALING_EVENTS); // before the library does itself
    const accept = random() < 0.3 ? () => random() < 0.8 : undefined; // else calls are answered at once
    this.calls = new Peers(this.signaling, { RTCPeerConnection: network.RTCPeerConnection, page: this.page, accept });
    this.calls.addEventListener('peer', ({ detail: { peer } }) => this.#watch(peer));
    this.room = new Room(this.signaling, this.calls, { random });
    this.#listen(this.signaling, SIGNALING_EVENTS);
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  login(name = this.pick(this.names), { wait = this.random() < 0.7, ...more } = {}) {
    const login = this.signaling.login({ name, wait, ...more });
    this.waiting.add(login);
    const settled = () => this.waiting.delete(login);
    login.then(() => met.granted++, () => met.refused++).finally(settled);
    return login;
  }

  /** What somebody may do. */
  act() {
    const { signaling, calls } = this;
    const actions = {
      login: () => this.login(),
      loginInstead: () => {
        signaling.logout();
        this.login();
      },
      loginForAMoment: () => {
        const stop = new AbortController();
        this.login(undefined, { signal: stop.signal });
        setTimeout(() => stop.abort(), Math.floor(this.random() * 8));
      },
      loginWithToken: () => this.login(undefined, { token: () => this.#token() }),
      logout: () => signaling.logout(),
      close: () => signaling.close(),
      open: () => signaling.open(),
      reopen: () => {
        signaling.close();
        signaling.open();
      },
      retryNow: () => signaling.retryNow(),
      ice: () => signaling.ice().catch(() => {}),
      connect: () => calls.connect(this.pick(['ana', 'bob', 'ana2', 'bob2', 'zoe'])),
      hangUp: () => this.pick(calls.all)?.close(),
      cutOff: () => this.pick(calls.all)?.close({ flush: 0 }),
      hangUpOld: () => this.pick([...this.peers])?.close(),
      hangUpAll: () => calls.close(),
      newPath: () => this.pick(calls.all)?.restartIce(),
      accept: () => this.pick(calls.all)?.accept(),
      send: () => calls.broadcast('x'.repeat(this.pick([1, 2_000_000]))),
      hide: () => { calls.relayOnly = !calls.relayOnly; },
    };
    met.actions++;
    if (this.depth > 1) met.nested++;
    try {
      actions[this.pick(Object.keys(actions))]();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // those say that it is not the time for it
    }
  }

  /** Goes where something can happen: into the room. */
  comeBack() {
    const { signaling } = this;
    if (['closed', 'refused'].includes(signaling.state)) signaling.open();
    if (!signaling.me) this.login(this.name, { wait: true });
    for (const name of ['ana', 'bob']) if (name !== this.name && signaling.userOf(name)) this.calls.connect(name);
  }

  async #token() {
    this.#maybeAct();
    if (this.random() < 0.2) throw new Error('no token');
    return 'token';
  }

  #watch(peer) {
    this.peers.add(peer);
    let over = false;
    peer.addEventListener('state', ({ detail: { state } }) => {
      const ends = state === 'failed' || state === 'closed';
      if (over && !ends) this.faults.push(`${peer.name} was over, and is ${state}`);
      over ||= ends;
      if (state === 'open' && peer.epoch > 1) met.renewed++;
    });
    let closes = 0;
    peer.addEventListener('close', () => { if (++closes > 1) this.faults.push(`${peer.name} was closed twice`); });
    this.#listen(peer, PEER_EVENTS);
    this.#maybeAct();
  }

  #listen(target, types) {
    for (const type of types) target.addEventListener(type, () => this.#maybeAct());
  }

  #maybeAct() {
    if (this.quiet || this.depth >= MOST_DEPTH || this.random() > this.eagerness) return;
    this.depth++;
    try {
      this.act();
    } finally {
      this.depth--;
    }
  }

  /** What must be so when nothing happens any more. */
  check(server) {
    const { signaling, calls } = this;
    const { state, me, users } = signaling;
    assert.deepEqual(this.faults, []);
    assert.ok(['idle', 'ready', 'online', 'dormant', 'refused', 'closed'].includes(state), `${this.name}: ${state}`);
    assert.equal(me !== null, state === 'online', `${this.name}: ${state} as ${me?.name}`);
    assert.equal(this.waiting.size, 0, `${this.name}: a login waits in ${state}`);
    const socket = server.sockets.filter(({ machine, readyState }) => machine === this.name && readyState === 1);
    assert.equal(socket.length, state === 'online' || state === 'ready' ? 1 : 0, `${this.name}: sockets in ${state}`);
    assert.equal(socket[0]?.seat?.user.userName, me?.name, this.name);
    if (me) assert.equal(server.users.get(me.name)?.user.id, me.id);
    const others = [...server.users.values()].map(({ user }) => user.id).filter((id) => id !== me?.id);
    assert.deepEqual([...users.keys()].sort(), me ? others.sort() : []);
    assert.deepEqual(new Set(calls.all), new Set([...this.peers].filter((peer) => peer.state !== 'closed' && peer.state !== 'failed')));
    // Who is cut off from the server goes on trying for as long as that.
    const states = state === 'online' ? ['open'] : ['open', 'reconnecting'];
    for (const peer of calls.all) assert.ok(states.includes(peer.state), `${this.name} and ${peer.name}`);
  }
}

/** What befalls them. */
const events = {
  async noServer({ server, clock }, random) {
    server.crash();
    await clock.advance(random() * 3_000);
    server.up = true;
  },
  lostSocket: ({ server }, random) => [...server.sockets].filter(({ readyState }) => readyState === 1)
    .at(random() < 0.5 ? 0 : -1)?.end([1006, 1008, 1012, 4001, 4002, 1013][Math.floor(random() * 6)]),
  outOfTouch: ({ network }) => network.lose('disconnected'),
  newConnections({ network }) {
    for (const pc of network.open) pc.settledWith = () => false; // these will never meet again
    network.lose('failed');
  },
  putAway({ actors }, random) {
    const { page } = actors[random() < 0.5 ? 0 : 1];
    page.fire('pagehide');
    setTimeout(() => page.fire('pageshow'), random() * 2_000);
  },
  wakeUp: ({ actors }, random) => actors[random() < 0.5 ? 0 : 1].page.fire('online'),
};

for (let seed = 1; seed <= RUNS; seed++) {
  test(`at random, ${seed}`, async (t) => {
    t.mock.method(console, 'warn', () => {});
    const random = randomFrom(seed);
    const clock = useClock(t);
    const server = new FakeServer();
    server.dialect = random() < 0.7 ? 'beckon.v1' : '';
    const network = new FakeNetwork();
    const actors = ['ana', 'bob'].map((name) => new Actor(name, { server, network, random }));
    for (let step = 0; step < STEPS; step++) {
      const luck = random();
      if (luck < 0.3) for (const actor of actors) actor.comeBack();
      else if (luck < 0.85) actors[random() < 0.5 ? 0 : 1].act();
      else await Object.values(events)[Math.floor(random() * Object.keys(events).length)]({ server, network, clock, actors }, random);
      if (random() < 0.7) await clock.advance(Math.floor(random() ** 4 * 6_000));
    }
    for (const actor of actors) actor.quiet = true;
    network.lose('failed'); // so that a connection whose other end is gone is not taken for one that stands
    await clock.advance(400_000);
    for (const actor of actors) actor.check(server);
    for (const actor of actors) actor.room.leave();
    await clock.advance(60_000);
    assert.equal(clock.pending, 0, 'no timer is left');
    assert.equal(server.users.size, 0);
  });
}

test('all that was meant to happen has happened', () => {
  for (const [what, times] of Object.entries(met)) assert.ok(times >= RUNS / 20, `${what}: ${times}`);
});
