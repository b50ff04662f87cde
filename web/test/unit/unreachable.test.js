// A server that is not reached: said at once, and not waited for by who does not want to.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Signaling } from '../../app/lib/beckon.js';
import { useClock } from './fakes/clock.js';
import { FakePage, record } from './fakes/events.js';
import { FakeServer } from './fakes/server.js';

/** @type {import('node:test').Mock<typeof console.warn>} */
let warn;
beforeEach((t) => {
  warn = t.mock.method(console, 'warn', () => {});
});

/** A client with a server of its own; random is 1, so every wait is its ceiling: 500 ms, 1 s, 2 s. */
function setUp(t, { up = false, ...options } = {}) {
  const clock = useClock(t);
  const server = Object.assign(new FakeServer(), { up });
  const page = new FakePage();
  const signaling = new Signaling({ url: 'wss://there/ws', WebSocket: server.WebSocket, random: () => 1, page, ...options });
  t.after(() => signaling.close());
  return { clock, server, page, signaling, failures: record(signaling, 'unreachable') };
}

test('each try in vain is an event, the first one a warning too', async (t) => {
  const { clock, signaling, failures } = setUp(t);
  const states = [];
  signaling.addEventListener('unreachable', () => states.push(signaling.state));
  signaling.login({ name: 'ana' }).catch(() => {});
  await clock.advance(10);
  assert.deepEqual(failures.map(({ tries, opened }) => [tries, opened]), [[1, false]]);
  assert.match(failures[0].message, /wss:\/\/there\/ws.*server.*proxy.*WebSocket.*--allowed-origin/s);
  assert.equal(warn.mock.callCount(), 0, 'it may be the page that goes away');
  await clock.advance(2000);
  assert.deepEqual(warn.mock.calls.map(({ arguments: [words] }) => words), [failures[0].message]);
  assert.deepEqual(failures.map(({ tries }) => tries), [1, 2, 3]);
  assert.equal(warn.mock.callCount(), 1);
  assert.deepEqual(new Set(states), new Set(['waiting']));
});

test('the origin is named where there is one', async (t) => {
  Object.defineProperty(globalThis, 'location', { value: { origin: 'https://shop.example' }, configurable: true });
  t.after(() => Reflect.deleteProperty(globalThis, 'location'));
  const { clock, signaling, failures } = setUp(t);
  signaling.open();
  await clock.advance(10);
  assert.match(failures[0].message, /--allowed-origin https:\/\/shop\.example/);
});

test('a socket that opens and stays silent is not blamed on the way there', async (t) => {
  const { clock, server, signaling, failures } = setUp(t, { up: true });
  server.greets = false;
  signaling.open();
  await clock.advance(5010);
  assert.deepEqual(failures.map(({ tries, opened }) => [tries, opened]), [[1, true]]);
  assert.doesNotMatch(failures[0].message, /origin|proxy/);
});

test('after a greeting tries are counted anew, and nobody is warned', async (t) => {
  const { clock, server, signaling, failures } = setUp(t, { up: true });
  signaling.open();
  await clock.advance(10);
  server.crash();
  await clock.advance(0);
  assert.deepEqual(failures, [], 'a socket that is lost is no try in vain');
  await clock.advance(600);
  server.up = true;
  await clock.advance(2000);
  assert.equal(signaling.state, 'ready');
  server.crash();
  await clock.advance(2100);
  assert.deepEqual(failures.map(({ tries }) => tries), [1, 1]);
  assert.equal(warn.mock.callCount(), 0);
});

test('a page that is put away has not tried in vain', async (t) => {
  const { signaling, page, failures } = setUp(t);
  signaling.open();
  page.fire('pagehide');
  assert.deepEqual([signaling.state, failures.length], ['waiting', 0]);
});

test('who does not want to wait is told once both dialects were tried', async (t) => {
  const { clock, server, signaling } = setUp(t);
  let outcome = null;
  signaling.login({ name: 'ana', wait: false }).catch((error) => { outcome = error; });
  await clock.advance(10);
  assert.equal(outcome, null, 'a server that takes no subprotocol is yet to be tried without');
  await clock.advance(500);
  assert.equal(outcome?.code, 'unreachable');
  assert.match(outcome.message, /--allowed-origin/);
  server.up = true;
  await clock.advance(1100);
  assert.equal(signaling.state, 'ready', 'it goes on trying, and nobody is logged in');
  assert.deepEqual(server.got('login'), []);
  const login = signaling.login({ name: 'ana', wait: false });
  await clock.advance(10);
  assert.equal((await login).name, 'ana');
  assert.deepEqual(server.got('login').map((frame) => 'wait' in frame), [false]);
});

test('a server that takes no subprotocol is reached without waiting for it', async (t) => {
  const { clock, server, signaling } = setUp(t, { up: true });
  Object.assign(server, { dialect: '', strict: true });
  const login = signaling.login({ name: 'ana', wait: false });
  await clock.advance(600);
  assert.equal((await login).name, 'ana');
});

test('a silent server is not waited for either', async (t) => {
  const { clock, server, signaling } = setUp(t, { up: true });
  server.greets = false;
  const failed = assert.rejects(signaling.login({ name: 'ana', wait: false }), { code: 'unreachable' });
  await clock.advance(5010);
  await failed;
});

test('once granted, a login waits for the server as ever', async (t) => {
  const { clock, server, signaling } = setUp(t, { up: true });
  const logouts = record(signaling, 'logout');
  const login = signaling.login({ name: 'ana', wait: false });
  await clock.advance(10);
  await login;
  server.crash();
  await clock.advance(4000);
  server.up = true;
  await clock.advance(10_000);
  assert.deepEqual([signaling.state, logouts.length], ['online', 0]);
});
