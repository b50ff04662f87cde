// Listeners that change everything while they are being told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Signaling } from '../../app/lib/beckon.js';
import { useClock } from './fakes/clock.js';
import { FakePage, record } from './fakes/events.js';
import { FakeServer } from './fakes/server.js';

function setUp(t, { dialect = 'beckon.v1' } = {}) {
  const clock = useClock(t);
  const server = Object.assign(new FakeServer(), { dialect });
  const join = (page = new FakePage()) => {
    const signaling = new Signaling({ url: 'ws://test/ws', WebSocket: server.WebSocket, random: () => 1, page });
    t.after(() => signaling.close());
    return signaling;
  };
  const signaling = join();
  return { clock, server, join, signaling, states: record(signaling, 'state') };
}

/** ... and logged in, with somebody else in the room. */
async function setUpOnline(t, options) {
  const all = setUp(t, options);
  await login(all.join(), 'bob', all.clock);
  await login(all.signaling, 'ana', all.clock);
  return { ...all, states: record(all.signaling, 'state') };
}

async function login(signaling, name, clock) {
  const granted = signaling.login({ name });
  await clock.advance(10);
  return granted;
}

/** Calls back at the next event of that type, in that state if one is given. */
function once(signaling, type, then, state) {
  const heard = ({ detail }) => {
    if (state !== undefined && detail.state !== state) return;
    signaling.removeEventListener(type, heard);
    then();
  };
  signaling.addEventListener(type, heard);
}

const path = (states) => states.map(({ state }) => state).join(' ');
const ended = (promise, code) => assert.rejects(promise, { code });

test('a login that begins when the socket is ready is asked for once', async (t) => {
  const { clock, server, signaling } = setUp(t);
  let first;
  once(signaling, 'state', () => { first = signaling.login({ name: 'ana' }); }, 'ready');
  signaling.open();
  await clock.advance(2);
  const given = ended(first, 'logged_out');
  signaling.logout();
  const second = signaling.login({ name: 'zoe' });
  await clock.advance(10);
  await given;
  assert.deepEqual(server.got('login').map(({ name }) => name), ['ana', 'zoe']);
  assert.equal((await second).name, 'zoe');
  assert.deepEqual([...server.users.keys()], ['zoe']);
});

test('so is its token', async (t) => {
  const { clock, signaling } = setUp(t);
  let asked = 0;
  let granted;
  once(signaling, 'state', () => { granted = signaling.login({ name: 'ana', token: () => `token ${++asked}` }); }, 'ready');
  signaling.open();
  await clock.advance(10);
  await granted;
  assert.equal(asked, 1);
});

for (const type of ['state', 'ice', 'users', 'login']) {
  test(`logout() while a login is granted, told by ${type}: nobody is online, and the next one may`, async (t) => {
    const { clock, server, signaling, states } = setUp(t);
    const logins = record(signaling, 'login');
    once(signaling, type, () => signaling.logout(), type === 'state' ? 'online' : undefined);
    await login(signaling, 'ana', clock);
    assert.deepEqual([signaling.state, signaling.me, signaling.users.size, server.users.size], ['ready', null, 0, 0]);
    assert.equal(path(states), 'connecting ready online ready');
    assert.equal(logins.length, type === 'login' ? 1 : 0, 'nothing is told of what is over');
    assert.equal((await login(signaling, 'zoe', clock)).name, 'zoe');
  });

  test(`close() while a login is granted, told by ${type}: it is closed`, async (t) => {
    const { clock, signaling, states } = setUp(t);
    once(signaling, type, () => signaling.close(), type === 'state' ? 'online' : undefined);
    await login(signaling, 'ana', clock);
    assert.deepEqual([signaling.state, signaling.me, path(states)], ['closed', null, 'connecting ready online closed']);
    assert.equal(clock.pending, 0, 'no timer is left');
  });

  test(`another login while one is granted, told by ${type}, has an answer of its own`, async (t) => {
    const { clock, server, signaling } = setUp(t);
    let other;
    once(signaling, type, () => {
      signaling.logout();
      other = signaling.login({ name: 'zoe' });
    }, type === 'state' ? 'online' : undefined);
    await login(signaling, 'ana', clock);
    assert.equal((await other).name, 'zoe');
    assert.deepEqual([signaling.state, signaling.me?.name, ...server.users.keys()], ['online', 'zoe', 'zoe']);
  });
}

test('a login that begins when the room is found empty, after a logout, is asked for', async (t) => {
  const { clock, signaling, states } = await setUpOnline(t);
  let next;
  once(signaling, 'users', () => { next = signaling.login({ name: 'zoe' }); });
  signaling.logout();
  await clock.advance(10);
  assert.equal((await next).name, 'zoe');
  assert.equal(path(states), 'ready online');
});

test('one that begins so while the client is closed is none', async (t) => {
  const { clock, signaling } = await setUpOnline(t);
  let next;
  once(signaling, 'users', () => { next = ended(signaling.login({ name: 'zoe' }), 'closed'); });
  signaling.close();
  await next;
  await clock.advance(10);
  assert.equal(signaling.state, 'closed');
});

for (const type of ['state', 'users']) {
  test(`the socket is lost, and who is told by ${type} logs out or closes: so it is`, async (t) => {
    for (const [what, states, state] of [['logout', 'waiting connecting ready', 'ready'], ['close', 'waiting closed', 'closed']]) {
      const all = await setUpOnline(t, { dialect: '' });
      once(all.signaling, type, () => all.signaling[what]());
      all.server.last.end(1006);
      await all.clock.advance(2_000);
      assert.deepEqual([path(all.states), all.signaling.state, all.signaling.me], [states, state, null]);
    }
  });
}

test('the server refuses us, and who is told begins anew: that is not over at once', async (t) => {
  const { clock, server, signaling, states } = await setUpOnline(t);
  const logouts = record(signaling, 'logout');
  let next;
  once(signaling, 'state', () => {
    signaling.open();
    next = signaling.login({ name: 'zoe' });
  }, 'refused');
  server.last.end(1008);
  await clock.advance(10);
  assert.equal((await next).name, 'zoe');
  assert.deepEqual([path(states), logouts], ['refused connecting ready online', []]);
});

test('coming back is refused, and who is told logs in by another name: that is another login', async (t) => {
  const { clock, server, signaling } = await setUpOnline(t);
  server.last.end(1006);
  server.intercept = (socket, { type, name }) => {
    if (type === 'login' && name === 'ana') socket.deliver({ type: 'login', success: false, code: 'unauthorized', message: 'no' });
    return type === 'login' && name === 'ana';
  };
  let next;
  once(signaling, 'users', () => {
    signaling.logout();
    next = signaling.login({ name: 'zoe' });
  });
  await clock.advance(2_000);
  assert.equal((await next).name, 'zoe');
});

test('a try in vain says nothing of a login that begins when its end is told', async (t) => {
  t.mock.method(console, 'warn', () => {});
  const { clock, server, signaling } = setUp(t);
  server.greets = false;
  let next;
  once(signaling, 'state', () => {
    server.greets = true;
    signaling.close();
    signaling.open();
    next = signaling.login({ name: 'ana', wait: false });
  }, 'waiting');
  signaling.open();
  await clock.advance(6_000);
  assert.equal((await next).name, 'ana');
});

test('a signal ends the login that it was given for, and no other', async (t) => {
  const { clock, signaling } = setUp(t);
  const stop = new AbortController();
  const first = ended(signaling.login({ name: 'ana', signal: stop.signal }), 'enough');
  signaling.logout();
  const second = signaling.login({ name: 'zoe' });
  stop.abort(Object.assign(new Error('enough'), { code: 'enough' }));
  await first;
  await clock.advance(10);
  assert.equal((await second).name, 'zoe');
});

test('a signal that is aborted as the login begins ends it', async (t) => {
  const { clock, server, signaling } = setUp(t);
  const stop = new AbortController();
  once(signaling, 'state', () => stop.abort(Object.assign(new Error('enough'), { code: 'enough' })), 'connecting');
  const given = ended(signaling.login({ name: 'ana', signal: stop.signal }), 'enough');
  await clock.advance(10);
  await given;
  assert.equal(server.got('login').length, 0);
});

test('a function that is asked for a token may log in otherwise', async (t) => {
  const { clock, signaling } = setUp(t);
  let next;
  const token = () => {
    signaling.logout();
    next = signaling.login({ name: 'zoe' });
    return 'token';
  };
  const first = ended(signaling.login({ name: 'ana', token }), 'logged_out');
  await clock.advance(10);
  await first;
  assert.equal((await next).name, 'zoe');
});

test('ICE servers that come after a logout are of no concern any more', async (t) => {
  const { clock, server, signaling } = await setUpOnline(t);
  server.iceServers = [{ urls: 'turn:t', username: 'u', credential: 'c' }];
  server.iceTtl = 60;
  const asked = signaling.ice();
  signaling.logout();
  await clock.advance(600_000);
  await asked;
  assert.deepEqual([signaling.iceServers, server.got('ice').length], [[], 1]);
});
