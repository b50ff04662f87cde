// Tokens to log in with: fixed ones, and ones that are asked for each time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Signaling } from '../../app/lib/beckon.js';
import { useClock } from './fakes/clock.js';
import { FakePage, record } from './fakes/events.js';
import { FakeServer } from './fakes/server.js';

const MINUTE = 60_000;

/** A client with a server of its own; random is 1, so every wait is its ceiling. */
function setUp(t, { dialect = 'beckon.v1' } = {}) {
  const clock = useClock(t);
  const server = new FakeServer();
  server.dialect = dialect;
  const page = new FakePage();
  const signaling = new Signaling({ url: 'ws://test/ws', WebSocket: server.WebSocket, random: () => 1, page });
  t.after(() => signaling.close());
  return { clock, server, page, signaling, sent: () => server.got('login').map(({ token }) => token) };
}

/** A source of tokens whose answers are given by hand. */
function source() {
  const asked = [];
  const token = () => new Promise((give, fail) => asked.push({ give, fail }));
  return { asked, token };
}

/** A source of numbered tokens that answers at once. */
function counting() {
  let n = 0;
  return () => Promise.resolve(`token ${++n}`);
}

for (const [kind, token] of [['a string', 'abc'], ['a function', () => 'abc'], ['a function that takes its time', async () => 'abc']]) {
  test(`the token is ${kind}`, async (t) => {
    const { clock, signaling, sent } = setUp(t);
    const login = signaling.login({ name: 'ana', token });
    await clock.advance(10);
    assert.equal((await login).name, 'ana');
    assert.deepEqual(sent(), ['abc']);
  });
}

for (const dialect of ['beckon.v1', '']) {
  test(`every login has a token of its own: ${dialect || 'plain'}`, async (t) => {
    const { clock, server, signaling, sent } = setUp(t, { dialect });
    const logins = record(signaling, 'login');
    signaling.login({ name: 'ana', token: counting() });
    await clock.advance(10);
    server.last.end(1012);
    await clock.advance(600);
    assert.deepEqual(sent(), ['token 1', 'token 2']);
    assert.deepEqual(logins.map(({ again, resumed }) => [again, resumed]), [[false, false], [true, dialect !== '']]);
  });
}

test('a name that our ghost holds is asked for with a new token each time', async (t) => {
  const { clock, server, signaling, sent } = setUp(t, { dialect: '' });
  signaling.login({ name: 'ana', token: counting() });
  await clock.advance(10);
  server.last.die();
  await clock.advance(20_000);
  assert.ok(sent().length > 3);
  assert.deepEqual(sent(), sent().map((_, i) => `token ${i + 1}`));
});

for (const [kind, token, why] of [
  ['rejects', () => Promise.reject(new Error('Sign in first')), /Sign in first/],
  ['throws', () => { throw new Error('no network'); }, /no network/],
  ['gives no string', () => /** @type {any} */ (undefined), /no string/],
]) {
  test(`the first login fails where the function ${kind}, and another can follow`, async (t) => {
    const { clock, signaling, sent } = setUp(t);
    const failed = assert.rejects(signaling.login({ name: 'ana', token }), { code: 'no_token', message: why });
    await clock.advance(10);
    await failed;
    assert.equal(signaling.state, 'ready');
    const login = signaling.login({ name: 'ana', token: 'abc' });
    await clock.advance(10);
    assert.equal((await login).name, 'ana');
    assert.deepEqual(sent(), ['abc']);
  });
}

test('what the function failed with is the cause', async (t) => {
  const { clock, signaling } = setUp(t);
  const cause = new Error('Sign in first');
  const failed = assert.rejects(signaling.login({ name: 'ana', token: () => Promise.reject(cause) }), (error) => error.cause === cause);
  await clock.advance(10);
  await failed;
});

test('coming back without a token is said, and tried again with the back-off', async (t) => {
  const { clock, server, signaling, sent } = setUp(t);
  const [errors, logouts, logins] = ['error', 'logout', 'login'].map((type) => record(signaling, type));
  let well = true;
  signaling.login({ name: 'ana', token: async () => {
    if (!well) throw new Error('no network');
    return 'abc';
  } });
  await clock.advance(10);
  well = false;
  server.last.end(1012);
  const waits = [];
  for (let i = 0; i < 3; i++) {
    assert.equal(signaling.state, 'waiting');
    waits.push(signaling.retryAt - clock.now);
    await clock.advance(signaling.retryAt - clock.now + 5);
  }
  assert.deepEqual(waits.map((wait) => Math.round(wait / 100) * 100), [500, 1000, 2000]);
  assert.equal(errors.length, 3);
  assert.deepEqual([errors[0].code, errors[0].name], ['no_token', null]);
  assert.match(errors[0].message, /no network/);
  assert.equal(signaling.me?.name, 'ana', 'who we want to be again');
  well = true;
  await clock.advance(5000);
  assert.equal(signaling.state, 'online');
  assert.deepEqual([logouts.length, logins.at(-1).again, logins.at(-1).resumed], [0, true, true]);
  assert.deepEqual(sent(), ['abc', 'abc']);
});

test('a function that never answers is waited for no longer than a minute', async (t) => {
  const { clock, server, signaling } = setUp(t);
  const errors = record(signaling, 'error');
  const { asked, token } = source();
  let login = assert.rejects(signaling.login({ name: 'ana', token }), { code: 'no_token' });
  await clock.advance(MINUTE + 10);
  await login;
  login = signaling.login({ name: 'ana', token });
  await clock.advance(10);
  asked[1].give('abc');
  await clock.advance(10);
  await login;
  server.last.end(1012);
  await clock.advance(510 + MINUTE);
  assert.deepEqual(errors.map(({ code }) => code), ['no_token']);
  assert.notEqual(signaling.state, 'ready', 'it is tried anew');
});

test('an answer that comes too late is ignored: after a logout, a lost socket, or close()', async (t) => {
  const { clock, server, signaling, sent } = setUp(t);
  const [states, errors] = ['state', 'error'].map((type) => record(signaling, type));
  const { asked, token } = source();
  const first = assert.rejects(signaling.login({ name: 'ana', token }), { code: 'logged_out' });
  await clock.advance(10);
  signaling.logout();
  await first;
  const second = signaling.login({ name: 'bob', token });
  await clock.advance(10);
  asked[0].give('of ana');
  await clock.advance(10);
  assert.deepEqual(sent(), []);
  server.last.end(1012);
  await clock.advance(600);
  assert.equal(asked.length, 3);
  asked[1].give('of the lost socket');
  asked[2].give('of bob');
  await clock.advance(10);
  assert.equal((await second).name, 'bob');
  assert.deepEqual(sent(), ['of bob']);
  server.last.end(1012);
  await clock.advance(1100);
  signaling.close();
  asked[3].fail(new Error('too late'));
  await clock.advance(20_000); // the server gives the session up
  assert.deepEqual([signaling.state, states.at(-1).state, sent().length, clock.pending], ['closed', 'closed', 1, 0]);
  assert.deepEqual(errors, []);
});

test('a logout before the token is there tells the server nothing: it knows of no login', async (t) => {
  const { clock, server, signaling } = setUp(t);
  signaling.login({ name: 'ana', token: source().token }).catch(() => {});
  await clock.advance(10);
  signaling.logout();
  await clock.advance(10);
  assert.deepEqual(server.last.received, []);
});

test('whether the server wants a token is known as soon as it has greeted us', async (t) => {
  const { clock, server, signaling } = setUp(t);
  const seen = [];
  signaling.addEventListener('state', ({ detail }) => seen.push([detail.state, signaling.tokenRequired]));
  server.tokenRequired = true;
  signaling.open();
  await clock.advance(10);
  server.tokenRequired = false;
  server.last.end(1012);
  await clock.advance(600);
  assert.deepEqual(seen, [['connecting', false], ['ready', true], ['waiting', true], ['connecting', true], ['ready', false]]);
});

test('while the token is awaited, the socket is not given up', async (t) => {
  const { clock, server, signaling } = setUp(t);
  const { asked, token } = source();
  const login = signaling.login({ name: 'ana', token });
  await clock.advance(MINUTE - 1000);
  asked[0].give('abc');
  await clock.advance(10);
  assert.equal((await login).name, 'ana');
  assert.equal(server.sockets.length, 1);
});
