// Sessions that outlive their socket (beckon.v1).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

const tell = (from, name, n) => from.signaling.send({ type: 'candidate', name, candidate: n });
const payloads = (signals) => signals.map(({ payload }) => payload);

/** Everything that a Signaling says, in order, as words. */
function story(signaling) {
  const lines = [];
  for (const type of ['state', 'users', 'joined', 'left', 'login', 'caughtup', 'logout', 'signal']) {
    signaling.addEventListener(type, ({ detail: { state, user, users, resumed, payload } }) => {
      const who = Array.isArray(users) ? '' : users && [...users.values()].map(({ userName }) => userName).join('+');
      lines.push([type, state ?? user?.userName ?? payload ?? who, resumed && 'resumed'].filter(Boolean).join(' '));
    });
  }
  return lines;
}

test('a cut: the session goes on, nothing is lost, nobody notices', async (t) => {
  const { ana, bob, clock, server } = await startParty(t);
  const { id } = ana.signaling.me;
  const lines = story(ana.signaling);
  const others = story(bob.signaling);
  tell(bob, 'ana', 1);
  await clock.advance(10);
  tell(bob, 'ana', 2);
  await clock.advance(1);
  server.socketOf('ana').end(1006); // with 2 under way
  tell(bob, 'ana', 3);
  assert.deepEqual([...ana.signaling.users.values()].map(({ userName }) => userName), ['bob'], 'as last known');
  await clock.advance(600);
  tell(bob, 'ana', 4);
  await clock.advance(10);
  assert.deepEqual(lines, ['signal 1', 'state waiting', 'state connecting', 'state ready', 'state online', 'login resumed',
    'signal 2', 'signal 3', 'caughtup', 'signal 4']);
  assert.equal(ana.signaling.me.id, id);
  assert.deepEqual(others, []);
});

test('who came and went meanwhile: only real changes are told', async (t) => {
  const { ana, bob, clock, server, join } = await startParty(t);
  const cem = await join('cem');
  await join('dan');
  server.socketOf('ana').end(1006);
  const lines = story(ana.signaling);
  bob.signaling.logout();
  bob.signaling.login({ name: 'bob' });
  cem.signaling.logout();
  await join('eva');
  await clock.advance(600);
  assert.deepEqual(lines.filter((line) => !line.startsWith('state')),
    ['left bob', 'left cem', 'joined bob', 'joined eva', 'users dan+bob+eva', 'login resumed', 'caughtup']);
});

test('the counts hold over many cuts, also when a login reply is lost', async (t) => {
  const { ana, bob, clock, server, join } = await startParty(t, {}, { backoff: { cap: 1000 } });
  const signals = record(ana.signaling, 'signal');
  const others = story(bob.signaling);
  // Not random: every run is the same.
  let seed = 1;
  const random = (n) => (seed = (seed * 48_271) % 2_147_483_647) % n;
  let sent = 0;
  for (let i = 0; i < 2000; i++) {
    const dice = random(12);
    if (dice < 5) tell(bob, 'ana', sent++);
    else if (dice < 6) server.last === server.socketOf('bob') || server.last.end(1006); // maybe in mid-login
    else if (dice < 7) server.users.get('ana').socket?.end(1006);
    else if (dice < 8) ana.signaling.send({ type: 'ping', data: 'x' });
    else if (dice < 9 && i < 200) join(`guest ${i}`); // news counts as well
    else await clock.advance(random(700));
  }
  await clock.advance(5000);
  assert.ok(sent > 500 && server.got('login').length > 100, `${sent} messages, ${server.got('login').length} logins`);
  assert.deepEqual(payloads(signals), Array.from({ length: sent }, (_, n) => n));
  assert.ok(!others.includes('left ana'));
});

test('after the window: an ordinary login, and the others were told', async (t) => {
  const { ana, bob, clock, server } = await startParty(t);
  const { id } = ana.signaling.me;
  server.up = false;
  server.socketOf('ana').end(1006);
  const lines = story(ana.signaling);
  const others = story(bob.signaling);
  await clock.advance(16_000);
  server.up = true;
  await clock.advance(16_000);
  assert.deepEqual(lines.filter((line) => !line.startsWith('state')), ['users bob', 'login']);
  assert.notEqual(ana.signaling.me.id, id);
  assert.deepEqual(others, ['left ana', 'users', 'joined ana', 'users ana']);
});

test('the session is unknown and the name is taken: the roster goes, the tries go on', async (t) => {
  const { ana, bob, clock, server } = await startParty(t);
  server.socketOf('ana').end(1006);
  server.users.get('ana').token = 'another';
  await clock.advance(600);
  assert.deepEqual([ana.signaling.state, ana.signaling.users.size], ['ready', 0]);
  assert.equal(ana.signaling.me.name, 'ana');
  await clock.advance(18_000);
  assert.equal(ana.signaling.state, 'online', 'it was a session of ours after all, and its window is over');
  assert.deepEqual(server.got('login').filter(({ session }) => session).length, 1, 'a session that is not ours is not claimed again');
  assert.ok(bob.signaling.users.has(ana.signaling.me.id));
});

test('goodbyes end the session: logout, close, pagehide', async (t) => {
  const { ana, bob, clock, server } = await startParty(t);
  const { id } = ana.signaling.me;
  ana.page.fire('pagehide');
  await clock.advance(10);
  assert.equal(bob.signaling.users.size, 0, 'at once');
  assert.equal(ana.signaling.users.size, 0);
  ana.page.fire('pageshow');
  await clock.advance(10);
  assert.notEqual(ana.signaling.me.id, id, 'somebody new');
  ana.signaling.logout();
  await clock.advance(10);
  assert.equal(bob.signaling.users.size, 0);
  ana.signaling.login({ name: 'ana' });
  await clock.advance(10);
  const { sockets } = server;
  ana.signaling.close();
  await clock.advance(10);
  assert.equal(bob.signaling.users.size, 0);
  assert.deepEqual(sockets.map(({ closedWith }) => closedWith), [1000, null, 1000]);
  assert.equal(server.got('login').some(({ session }) => session), false);
});

test('a dead link: given up within eight seconds, so that the session goes on', async (t) => {
  const { ana, bob, clock, server } = await startParty(t);
  const { id } = ana.signaling.me;
  await clock.advance(1000);
  const signals = record(ana.signaling, 'signal');
  const others = story(bob.signaling);
  const socket = server.socketOf('ana');
  socket.die();
  tell(bob, 'ana', 1);
  await clock.advance(7010);
  assert.deepEqual([ana.signaling.state, socket.closedWith], ['waiting', 4000]);
  await clock.advance(600);
  assert.deepEqual([ana.signaling.state, ana.signaling.me.id, payloads(signals)], ['online', id, [1]]);
  assert.deepEqual(others, []);
});

test('a slow line is not taken for a dead one for ever', async (t) => {
  const { ana, clock, server } = await startParty(t);
  server.intercept = (socket, frame) => {
    if (frame.type !== 'ping' || frame.data || socket !== server.users.get('ana').socket) return false;
    setTimeout(() => server.users.get('ana').deliver({ type: 'pong' }), 5000);
    return true;
  };
  await clock.advance(60_000);
  const { length } = server.sockets;
  assert.ok(length > 2, 'taken for dead at first');
  await clock.advance(120_000);
  assert.equal(server.sockets.length, length);
  assert.equal(ana.signaling.state, 'online');
});

test('taken over by another connection: refused, and not logged in any more', async (t) => {
  const { ana, clock, server } = await startParty(t);
  const logouts = record(ana.signaling, 'logout');
  server.socketOf('ana').end(4001);
  await clock.advance(60_000);
  assert.equal(ana.signaling.state, 'refused');
  assert.match(logouts[0].message, /taken over/);
  assert.deepEqual([ana.signaling.me, ana.signaling.users.size, server.sockets.length], [null, 0, 2]);
});

test('a try that hangs is started afresh when the network is back', async (t) => {
  const { ana, clock, server } = await startParty(t);
  server.socketOf('ana').end(1006);
  await clock.advance(500);
  server.last.die();
  ana.page.fire('online');
  assert.equal(server.sockets.length, 3, 'it has only just begun');
  await clock.advance(3000);
  ana.page.fire('online');
  await clock.advance(10);
  assert.deepEqual([ana.signaling.state, server.sockets.length, server.sockets[2].closedWith], ['online', 4, 4000]);
});

test('a server that takes no subprotocol is spoken to plainly', async (t) => {
  const { clock, server, join } = await startParty(t);
  server.crash();
  Object.assign(server, { up: true, strict: true, dialect: '' });
  server.sockets.length = 0;
  const late = join('zoe');
  await clock.advance(600);
  const zoe = await late.catch(() => null);
  assert.equal(zoe?.signaling.state, 'online');
  const tried = server.sockets.filter(({ seat }) => seat?.user.userName === 'zoe').map(({ protocols }) => protocols);
  assert.deepEqual(tried, [undefined]);
});

test('what we said on the cut socket is said again: offer, answer and candidates', async (t) => {
  for (const [caller, called] of [['ana', 'bob'], ['bob', 'ana']]) {
    for (const lost of ['offer', 'answer', 'candidate']) {
      await t.test(`${caller} calls, the ${lost} is lost with the socket`, async (t2) => {
        const party = await startParty(t2);
        const { clock, server, network } = party;
        const peer = party[caller].peers.connect(called);
        server.intercept = (socket, { type }) => {
          if (type !== lost) return false;
          server.intercept = () => false;
          socket.end(1006);
          return true;
        };
        await clock.advance(700);
        assert.deepEqual([peer.state, party[called].peers.get(caller)?.state], ['open', 'open']);
        assert.equal(server.sockets.length, 3);
        assert.equal(network.all.length, 2, 'with the same connections');
      });
    }
  }
});

test('nothing is repeated before what was kept for us has been heard', async (t) => {
  const { ana, bob, clock, server } = await startParty(t);
  const peer = ana.peers.connect('bob');
  server.intercept = (socket, { type }) => {
    if (type === 'offer') setTimeout(() => server.socketOf('ana').end(1006), 0);
    return false;
  };
  await clock.advance(700);
  assert.equal(peer.state, 'open');
  assert.equal(server.got('offer').length, 1, 'its answer had been kept');
  assert.equal(bob.peers.get('ana').state, 'open');
});

test('both out of touch and cut off: ICE restarts when the session is back', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  server.up = false;
  server.socketOf('ana').end(1006);
  network.lose('failed');
  await clock.advance(4000);
  assert.equal(peer.state, 'reconnecting');
  server.up = true;
  await clock.advance(8000);
  assert.deepEqual([peer.state, bob.peers.get('ana').state], ['open', 'open']);
});
