import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Signaling } from '../../app/lib/beckon.js';
import { useClock } from './fakes/clock.js';
import { FakePage, record } from './fakes/events.js';
import { FakeServer } from './fakes/server.js';

const URL_ = 'ws://test/ws';

/** A client with a server of its own; random is 1, so every wait is its ceiling. */
function setUp(t, { dialect = 'beckon.v1', ...options } = {}) {
  const clock = useClock(t);
  const server = new FakeServer();
  server.dialect = dialect;
  const page = new FakePage();
  const signaling = new Signaling({ url: URL_, WebSocket: server.WebSocket, random: () => 1, page, ...options });
  t.after(() => signaling.close());
  return { clock, server, page, signaling, states: record(signaling, 'state') };
}

/** ... and logged in. */
async function setUpOnline(t, options) {
  const all = setUp(t, options);
  const login = all.signaling.login({ name: 'ana' });
  await all.clock.advance(10);
  await login;
  return all;
}

/** Another client of the same server. */
async function join(t, { clock, server }, name) {
  const other = new Signaling({ url: URL_, WebSocket: server.WebSocket, page: null });
  t.after(() => other.close());
  other.login({ name }).catch(() => {});
  await clock.advance(10);
  return other;
}

const path = (states) => states.map(({ state }) => state).join(' ');

test('from the first socket to being online', async (t) => {
  const { clock, server, signaling, states } = setUp(t);
  server.iceServers = [{ urls: ['stun:s'] }];
  assert.equal(signaling.state, 'idle');
  signaling.open();
  await clock.advance(10);
  assert.equal(signaling.state, 'ready');
  const logins = record(signaling, 'login');
  const login = signaling.login({ name: 'ana', room: 'r' });
  await clock.advance(10);
  const result = await login;
  assert.deepEqual(result, { id: 'id-1', name: 'ana', room: 'r', users: [], iceServers: [{ urls: ['stun:s'] }] });
  assert.deepEqual(signaling.me, { id: 'id-1', name: 'ana', room: 'r' });
  assert.deepEqual(signaling.iceServers, [{ urls: ['stun:s'] }]);
  assert.deepEqual(logins, [{ ...result, again: false, resumed: false }]);
  assert.equal(path(states), 'connecting ready online');
  assert.equal(server.last.url, URL_);
  assert.deepEqual(server.last.protocols, ['beckon.v1']);
});

for (const dialect of ['beckon.v1', '']) {
  test(`others come and go: ${dialect || 'plain'}`, async (t) => {
    const all = await setUpOnline(t, { dialect });
    const { clock, signaling } = all;
    const [joined, left, users] = ['joined', 'left', 'users'].map((type) => record(signaling, type));
    const bob = await join(t, all, 'bob');
    assert.deepEqual([...signaling.users.values()], [{ id: 'id-2', userName: 'bob' }]);
    assert.deepEqual([...bob.users.keys()], ['id-1']);
    bob.logout();
    await clock.advance(10);
    assert.equal(signaling.users.size, 0);
    assert.deepEqual([joined.length, left.length, users.length], [1, 1, 2], 'removeUser is not counted twice');
  });
}

test('a name that is taken rejects the login and leaves the socket open', async (t) => {
  const all = setUp(t);
  await join(t, all, 'ana');
  const failed = assert.rejects(all.signaling.login({ name: 'ana' }), { code: 'name_taken', message: 'Username is unavailable' });
  await all.clock.advance(10);
  await failed;
  assert.equal(all.signaling.state, 'ready');
  assert.equal(all.signaling.me, null);
  const login = all.signaling.login({ name: 'bob' });
  await all.clock.advance(10);
  assert.equal((await login).name, 'bob');
});

test('a server that asks the holder of the name first, and hears nothing else meanwhile, is not given up', async (t) => {
  const { clock, server, signaling, states } = setUp(t);
  signaling.open();
  await clock.advance(10);
  const held = [];
  server.intercept = (...frame) => held.push(frame);
  const login = signaling.login({ name: 'ana' });
  signaling.retryNow(); // the page has woken up, and asks whether the line is alive
  await clock.advance(3001);
  server.intercept = () => false;
  for (const frame of held) server.handle(...frame);
  await clock.advance(10);
  assert.equal(path(states), 'connecting ready online');
  assert.equal((await login).name, 'ana');
});

test('one login at a time', async (t) => {
  const { clock, signaling } = setUp(t);
  const first = signaling.login({ name: 'ana' });
  await assert.rejects(signaling.login({ name: 'bob' }), { code: 'already_logged_in' });
  await clock.advance(10);
  assert.equal((await first).name, 'ana');
});

test('a login that is given up is none, whatever the server says of it', async (t) => {
  const { clock, server, signaling } = setUp(t);
  const stop = new AbortController();
  const given = assert.rejects(signaling.login({ name: 'ana', signal: stop.signal }), { message: 'enough' });
  stop.abort(new Error('enough'));
  await given;
  await clock.advance(50);
  assert.deepEqual([signaling.state, server.users.size], ['ready', 0]);
  await assert.rejects(signaling.login({ name: 'ana', signal: stop.signal }), { message: 'enough' });
});

test('once it is granted, a login outlives its signal', async (t) => {
  const { clock, signaling } = setUp(t);
  const stop = new AbortController();
  const login = signaling.login({ name: 'ana', signal: stop.signal });
  await clock.advance(50);
  await login;
  stop.abort();
  await clock.advance(50);
  assert.equal(signaling.state, 'online');
});

test('an answer to a login given up is not taken for the next one', async (t) => {
  const { clock, signaling } = setUp(t);
  signaling.open();
  await clock.advance(10);
  const first = assert.rejects(signaling.login({ name: 'ana' }), { code: 'logged_out' });
  signaling.logout();
  const second = signaling.login({ name: 'bob' });
  await clock.advance(10);
  await first;
  assert.equal((await second).name, 'bob');
  assert.equal(signaling.me?.name, 'bob');
});

test('logout frees the name and keeps the socket', async (t) => {
  const all = await setUpOnline(t);
  const { clock, server, signaling, states } = all;
  await join(t, all, 'bob');
  signaling.logout();
  await clock.advance(10);
  assert.equal(path(states), 'connecting ready online ready');
  assert.equal(signaling.me, null);
  assert.equal(signaling.users.size, 0);
  assert.deepEqual([...server.users.keys()], ['bob']);
  assert.equal(signaling.send({ type: 'offer', name: 'bob', offer: 1 }), false);
});

test('a lost socket: waits with growing ceilings, comes back as the same user', async (t) => {
  const all = await setUpOnline(t, { dialect: '' });
  const { clock, server, signaling, states } = all;
  const logins = record(signaling, 'login');
  await join(t, all, 'bob');
  server.crash();
  assert.equal(signaling.state, 'waiting');
  assert.equal(signaling.retryAt, clock.now + 500);
  assert.deepEqual(states.at(-1), { state: 'waiting', previous: 'online', retryAt: clock.now + 500, code: 1006, reason: '' });
  assert.equal(signaling.users.size, 0);
  assert.equal(signaling.me?.name, 'ana', 'who we want to be again');
  await clock.advance(600);
  assert.equal(signaling.retryAt, clock.now - 99 + 1000, 'the second wait is twice as long');
  server.up = true;
  await clock.advance(1000);
  assert.equal(signaling.state, 'online');
  assert.equal(signaling.retryAt, 0);
  assert.deepEqual(logins.map(({ again, name }) => [again, name]), [[true, 'ana']]);
});

test('the back-off starts over only after ten good seconds', async (t) => {
  const { clock, server, signaling } = await setUpOnline(t);
  const wait = () => signaling.retryAt - clock.now;
  server.last.end(1006);
  assert.equal(wait(), 500);
  await clock.advance(510);
  server.last.end(1006);
  assert.equal(wait(), 1000, 'it had not lasted');
  await clock.advance(1010 + 10_000);
  server.last.end(1006);
  assert.equal(wait(), 500);
});

for (const code of [1000, 1001, 1005, 1006, 1009, 1011, 1012, 4008, 4999]) {
  test(`close code ${code}: come back`, async (t) => {
    const { clock, server, signaling } = await setUpOnline(t);
    server.last.end(code);
    assert.equal(signaling.state, 'waiting');
    await clock.advance(600);
    assert.equal(signaling.state, 'online');
  });
}

test('close code 1013: come back later, whoever asks', async (t) => {
  const { clock, server, page, signaling } = await setUpOnline(t);
  server.last.end(1013);
  assert.equal(signaling.retryAt, clock.now + 5500);
  await clock.advance(4000);
  signaling.retryNow();
  page.fire('online');
  assert.equal(signaling.state, 'waiting');
  await clock.advance(1600);
  assert.equal(signaling.state, 'online');
});

for (const code of [1008, 4001]) {
  test(`close code ${code}: stay away`, async (t) => {
    const { clock, server, page, signaling, states } = await setUpOnline(t);
    const logouts = record(signaling, 'logout');
    server.last.end(code, 'go away');
    await clock.advance(3_600_000);
    signaling.retryNow();
    page.fire('online');
    assert.equal(signaling.state, 'refused');
    assert.equal(states.at(-1).code, code);
    assert.equal(server.sockets.length, 1);
    assert.equal(signaling.me, null);
    assert.equal(logouts[0].message, 'go away');
    await assert.rejects(signaling.login({ name: 'ana' }), { code: 'refused' });
    signaling.open();
    await clock.advance(10);
    assert.equal(signaling.state, 'ready', 'open() tries again');
  });
}

test('close code 4002 without a login: dormant until login()', async (t) => {
  const { clock, server, signaling } = setUp(t);
  signaling.open();
  await clock.advance(10);
  server.last.end(4002);
  await clock.advance(3_600_000);
  assert.equal(signaling.state, 'dormant');
  assert.equal(server.sockets.length, 1);
  const login = signaling.login({ name: 'ana' });
  await clock.advance(10);
  assert.equal((await login).name, 'ana');
});

test('close code 4002 while logged in: come back', async (t) => {
  const { clock, server, signaling } = await setUpOnline(t);
  server.last.end(4002);
  await clock.advance(600);
  assert.equal(signaling.state, 'online');
});

test('a login while the socket is away cuts the wait short', async (t) => {
  const { clock, server, signaling } = setUp(t, { backoff: { base: 20_000 } });
  server.up = false;
  signaling.open();
  await clock.advance(10);
  server.up = true;
  const login = signaling.login({ name: 'ana' });
  await clock.advance(10);
  assert.equal((await login).name, 'ana');
});

test('our own ghost: a taken name is asked for again until it is free', async (t) => {
  const { clock, server, signaling } = await setUpOnline(t, { dialect: '' });
  const [logins, logouts] = ['login', 'logout'].map((type) => record(signaling, type));
  const ghost = server.last;
  ghost.die();
  assert.equal(signaling.state, 'online');
  await clock.advance(10_000); // silence, a ping, no pong
  assert.equal(signaling.state, 'ready', 'there is a new socket');
  await clock.advance(20_000);
  assert.ok(server.got('login').length > 5, 'it keeps asking');
  server.reap(ghost);
  await clock.advance(3000);
  assert.equal(signaling.state, 'online');
  assert.equal(logins.length, 1);
  assert.equal(logouts.length, 0);
});

test('a name that somebody else took meanwhile: logout after a minute', async (t) => {
  const all = await setUpOnline(t);
  const { clock, server, signaling } = all;
  const logouts = record(signaling, 'logout');
  server.crash();
  server.up = true;
  await join(t, all, 'ana');
  await clock.advance(50_000);
  assert.equal(logouts.length, 0);
  assert.equal(signaling.me?.name, 'ana');
  await clock.advance(20_000);
  assert.deepEqual(logouts, [{ code: 'name_taken', message: 'Username is unavailable' }]);
  assert.equal(signaling.me, null);
  assert.equal(signaling.state, 'ready');
  const asked = server.got('login').length;
  await clock.advance(60_000);
  assert.equal(server.got('login').length, asked, 'that was the end of it');
});

test('another refusal of the automatic login is final at once', async (t) => {
  const { clock, server, signaling } = await setUpOnline(t);
  const logouts = record(signaling, 'logout');
  server.intercept = (socket, { type }) => {
    if (type === 'login') socket.deliver({ type: 'login', success: false, code: 'unauthorized', message: 'no' });
    return type === 'login';
  };
  server.last.end(1012);
  await clock.advance(600);
  assert.deepEqual(logouts, [{ code: 'unauthorized', message: 'no' }]);
  assert.equal(signaling.me, null);
});

test('a login in flight survives the loss of its socket', async (t) => {
  const { clock, server, signaling } = setUp(t);
  server.intercept = (socket, { type }) => type === 'login';
  const login = signaling.login({ name: 'ana' });
  await clock.advance(10);
  server.intercept = () => false;
  server.last.end(1006);
  await clock.advance(600);
  assert.equal((await login).name, 'ana');
});

test('a server that does not answer the login, or does not greet, is given up', async (t) => {
  const { clock, server, signaling, states } = setUp(t);
  server.greets = false;
  signaling.open();
  for (const patience of [5000, 10_000, 15_000, 15_000]) {
    await clock.advance(patience - 1);
    assert.equal(signaling.state, 'connecting');
    await clock.advance(1);
    assert.deepEqual([signaling.state, states.at(-1).reason], ['waiting', 'no greeting']);
    await clock.advance(signaling.retryAt - clock.now);
  }
  server.greets = true;
  await clock.advance(15_000);
  server.intercept = (socket, { type }) => type === 'login';
  signaling.login({ name: 'ana' }).catch(() => {});
  await clock.advance(15_010);
  assert.equal(states.at(-1).reason, 'no answer to the login');
  assert.equal(server.sockets.at(-1).closedWith, 4000);
});

test('an idle socket is asked every five seconds, once a minute while nobody looks, and that is all', async (t) => {
  const { clock, server, page, signaling } = await setUpOnline(t);
  await clock.advance(60_000);
  assert.equal(server.got('ping').length, 11);
  page.show('hidden');
  await clock.advance(10 * 60_000);
  assert.equal(server.got('ping').length, 11 + 10);
  assert.equal(signaling.state, 'online');
  assert.equal(server.sockets.length, 1);
});

test('waking up: a dead socket is noticed in seconds, a waiting one tries at once', async (t) => {
  const { clock, server, page, signaling } = await setUpOnline(t);
  page.show('hidden');
  assert.equal(server.got('ping').length, 0);
  server.last.die();
  page.show('visible');
  await clock.advance(3000);
  assert.equal(signaling.state, 'waiting');
  page.fire('online');
  await clock.advance(10);
  assert.equal(signaling.state, 'online');
});

test('waking up again and again does not put the verdict off', async (t) => {
  const { clock, server, page, signaling } = await setUpOnline(t);
  server.last.die();
  for (let i = 0; i < 5; i++) {
    page.fire('online');
    await clock.advance(1000);
  }
  assert.equal(server.sockets.length, 2);
});

test('going out of sight is no reason to try', async (t) => {
  const { server, page, signaling } = await setUpOnline(t);
  server.last.end(1006);
  page.show('hidden');
  assert.equal(signaling.state, 'waiting');
  page.show('visible');
  assert.equal(signaling.state, 'connecting');
});

test('pagehide closes the socket cleanly, pageshow comes back', async (t) => {
  const { clock, server, page, signaling } = await setUpOnline(t);
  page.fire('pagehide');
  assert.equal(signaling.state, 'waiting');
  assert.equal(signaling.retryAt, 0);
  await clock.advance(120_000);
  signaling.retryNow();
  assert.equal(server.last.closedWith, 1000);
  assert.equal(server.sockets.length, 1, 'not while the page is away');
  page.fire('pageshow');
  await clock.advance(10);
  assert.equal(signaling.state, 'online');
  assert.equal(signaling.me?.name, 'ana');
});

test('pageshow comes back also to a server that wants to be left alone for a while, after that', async (t) => {
  const { clock, server, page, signaling } = await setUpOnline(t);
  server.last.end(1013);
  page.fire('pagehide');
  await clock.advance(1_000);
  page.fire('pageshow');
  assert.deepEqual([signaling.state, signaling.retryAt], ['waiting', clock.now + 4_000]);
  await clock.advance(3_999);
  assert.equal(server.sockets.length, 1);
  await clock.advance(20);
  assert.deepEqual([signaling.state, server.sockets.length], ['ready', 2], 'and asks for the name again');
});

test('close() while put away, then open(): as new', async (t) => {
  const { clock, server, page, signaling } = await setUpOnline(t);
  page.fire('pagehide');
  signaling.close();
  signaling.open();
  await clock.advance(10);
  assert.equal(signaling.state, 'ready');
  server.last.end(1006);
  signaling.retryNow();
  assert.equal(signaling.state, 'connecting');
});

test('close() is for good', async (t) => {
  const { clock, server, page, signaling } = await setUpOnline(t);
  signaling.close();
  page.fire('pageshow');
  page.fire('online');
  await clock.advance(100_000);
  assert.equal(signaling.state, 'closed');
  assert.equal(signaling.me, null);
  assert.equal(server.sockets.length, 1);
  assert.equal(server.last.closedWith, 1000);
  assert.equal(clock.pending, 0, 'no timer is left');
  await assert.rejects(signaling.login({ name: 'ana' }), { code: 'closed' });
});

test('bad frames are ignored', async (t) => {
  const { clock, server, signaling } = await setUpOnline(t);
  for (const data of ['', '{', 'null', '[]', '"x"', '{"type":"toString"}', new ArrayBuffer(1),
    '{"type":"updateUsers","user":{"id":1}}', '{"type":"leave","user":{"id":"nobody","userName":"x"}}',
    '{"type":"login","success":true,"id":"9","name":"eve","users":[]}', '{"type":"ice","iceServers":[],"ttl":1}']) {
    server.last.deliverRaw(data);
  }
  await clock.advance(10);
  assert.equal(signaling.state, 'online');
  assert.equal(signaling.me?.name, 'ana', 'an unasked login reply is no login');
  assert.equal(signaling.users.size, 0);
});

test('signals, hang-ups and errors are passed on', async (t) => {
  const all = await setUpOnline(t);
  const { clock, signaling } = all;
  const [signals, hangups, errors] = ['signal', 'hangup', 'error'].map((type) => record(signaling, type));
  const bob = await join(t, all, 'bob');
  assert.equal(bob.send({ type: 'offer', name: 'ana', offer: { a: 1 }, call: 'c' }), true);
  bob.send({ type: 'leave', name: 'ana', call: 'c' });
  signaling.send({ type: 'answer', name: 'nobody', answer: {} });
  await clock.advance(10);
  assert.deepEqual(signals, [{ type: 'offer', name: 'bob', call: 'c', payload: { a: 1 } }]);
  assert.deepEqual(hangups, [{ name: 'bob', call: 'c' }]);
  assert.deepEqual(errors, [{ code: 'unknown_user', message: 'User nobody does not exist!', name: 'nobody' }]);
});

test('ice(): fresh servers, or a reason why not', async (t) => {
  const { clock, server, signaling } = setUp(t);
  await assert.rejects(signaling.ice(), { code: 'offline' });
  const login = signaling.login({ name: 'ana' });
  await clock.advance(10);
  await login;
  server.iceServers = [{ urls: 'turn:t', username: 'u', credential: 'c' }];
  const fresh = signaling.ice();
  await clock.advance(10);
  assert.deepEqual(await fresh, { iceServers: server.iceServers, ttl: 3600 });
  assert.deepEqual(signaling.iceServers, server.iceServers);
  const lost = assert.rejects(signaling.ice(), { code: 'offline' });
  server.last.end(1006);
  await lost;
  await clock.advance(600);
  server.intercept = (socket, { type }) => type === 'ice';
  const late = assert.rejects(signaling.ice(), { code: 'timeout' });
  await clock.advance(10_000);
  await late;
});
