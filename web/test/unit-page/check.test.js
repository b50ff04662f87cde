// The connection check as the page tells it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionCheck } from '../../app/js/model/check.js';
import { browserRow, msWords, serverRow, summaryWords } from '../../app/js/model/check-words.js';
import { counter, FakeSignaling } from './fakes/library.js';

const WORKS = Object.freeze({ outcome: 'works', hidden: 2, ipv4: 0, ipv6: 0 });

function server(facts) {
  return { url: 'turn:t.example:3478?transport=udp', kind: 'turn', transport: 'udp', outcome: 'works', code: 0, ms: 12.3, echo: 4.56, ...facts };
}

const STUN = server({ url: 'stun:s.example', kind: 'stun' });

/** A page that is logged in, whose library answers what the test says, when it says so. */
function open({ loggedIn = true, ice = async () => {}, browser = async () => WORKS, servers = async () => [] } = {}) {
  const signaling = Object.assign(new FakeSignaling(), { ice, iceServers: ['old'] });
  if (loggedIn) signaling.me = { id: '1', name: 'Ana', room: '' };
  const asked = [];
  const check = new ConnectionCheck(signaling, {
    checkBrowser: browser,
    checkServers: (list, options) => { asked.push({ list, ...options }); return servers(list, options); },
  });
  return { signaling, check, asked };
}

const rowsOf = (check) => check.rows.map(({ what, tone }) => `${what} ${tone}`);

test('rows fill up as results arrive; the servers are those of a fresh reply', async () => {
  let answer;
  let finish;
  const { signaling, check, asked } = open({
    ice: () => new Promise((resolve) => { answer = resolve; }),
    servers: () => new Promise((resolve) => { finish = resolve; }),
  });
  const changes = counter(check, 'change');
  const run = check.run();
  assert.deepEqual(rowsOf(check), ['This browser busy', 'This server busy']);
  await undefined;
  assert.equal(asked.length, 0);
  signaling.iceServers = ['fresh'];
  answer();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(rowsOf(check), ['This browser good', 'This server good']);
  assert.deepEqual(asked.map(({ list }) => list), [['fresh']]);
  asked[0].report([server({ outcome: null }), STUN]);
  assert.deepEqual(rowsOf(check).slice(2), ['turn:t.example:3478 busy', 'stun:s.example good']);
  assert.deepEqual([check.running, check.summary], [true, 'Checking…']);
  asked[0].report([server(), STUN]);
  const before = changes.seen;
  finish();
  await run;
  assert.equal(check.running, false);
  assert.match(check.summary, /All is well/);
  assert.ok(changes.seen > before);
});

test('the server does not answer: what it named last is checked', async () => {
  const { check, asked } = open({ ice: async () => { throw new Error('offline'); } });
  await check.run();
  assert.deepEqual(rowsOf(check), ['This browser good', 'This server bad']);
  assert.deepEqual(asked.map(({ list }) => list), [['old']]);
});

test('before the login there is the browser alone', async () => {
  const { check, asked } = open({ loggedIn: false });
  await check.run();
  assert.deepEqual(rowsOf(check), ['This browser good']);
  assert.equal(asked.length, 0);
  assert.match(check.summary, /Log in to have them checked/);
});

test('stopped: the library is told, and nothing changes any more', async () => {
  const { check, asked } = open({
    servers: (_, { signal }) => new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  });
  const run = check.run();
  await new Promise((resolve) => setImmediate(resolve));
  const changes = counter(check, 'change');
  check.stop();
  assert.ok(asked[0].signal.aborted);
  asked[0].report([STUN]);
  await run;
  assert.equal(changes.seen, 0);
  assert.equal(rowsOf(check).length, 2);
});

test('once more: from the start, and the run before is over', async () => {
  const { check, asked } = open({ servers: async (_, { report }) => { report([STUN]); return [STUN]; } });
  await check.run();
  assert.equal(check.rows.length, 3);
  const again = check.run();
  assert.deepEqual(rowsOf(check), ['This browser busy', 'This server busy']);
  await again;
  assert.equal(check.rows.length, 3);
  assert.ok(asked[0].signal.aborted && !asked[1].signal.aborted);
});

for (const [facts, result, advice] of [
  [{}, /^Passes messages on, both ways \(there and back: 4\.6 ms\)\.$/, /^$/],
  [{ kind: 'stun' }, /^Answers\.$/, /^$/],
  [{ outcome: 'no-echo' }, /passes nothing on/, /--turn-public-ip/],
  [{ outcome: 'refused', code: 401 }, /credentials \(401\)/, /secret/],
  [{ outcome: 'forbidden', code: 403 }, /\(403\)/, /allows/],
  [{ outcome: 'full', code: 486 }, /no room \(486\)/, /later/],
  [{ outcome: 'unreachable' }, /Cannot be reached/, /block UDP/],
  [{ outcome: 'timeout', transport: 'tcp' }, /in time/, /block its port: try/],
  [{ outcome: 'unreachable', transport: 'tls' }, /Cannot be reached/, /certificate/],
  [{ outcome: 'unusable' }, /of no use/, /malformed/],
]) {
  test(`${JSON.stringify(facts)} has its words`, () => {
    const row = serverRow(server(facts));
    assert.match(row.result, result);
    assert.match(row.advice, advice);
    assert.equal(row.tone, (facts.outcome ?? 'works') === 'works' ? 'good' : 'bad');
  });
}

test('the way to a server is told apart from its address', () => {
  const { what, how } = serverRow(server({ transport: 'tcp' }));
  assert.deepEqual([what, how], ['turn:t.example:3478', 'TURN by TCP']);
});

for (const [facts, words] of [
  [WORKS, /2 hidden from pages \(mDNS\)/],
  [{ ...WORKS, hidden: 0, ipv4: 1, ipv6: 2 }, /: 1 IPv4, 2 IPv6\.$/],
  [{ ...WORKS, outcome: 'no-candidates' }, /blocks WebRTC/],
  [{ ...WORKS, outcome: 'no-webrtc' }, /another browser/],
]) {
  test(`the browser, ${facts.outcome}: ${words}`, () => assert.match(browserRow(facts).advice, words));
}

const RELAY = server();
const FAILED = server({ outcome: 'refused' });
const DEAF = { ...STUN, outcome: 'timeout' };

for (const [servers, words] of [
  [[], /only browsers in one network can connect.*--turn/],
  [[STUN, RELAY], /All is well/],
  [[STUN, RELAY, FAILED], /though not all/],
  [[STUN, FAILED], /No relay can be used/],
  [[STUN], /offers no relay/],
  [[DEAF], /No server answers/],
]) {
  test(`what ${servers.map(({ kind, outcome }) => `${kind} ${outcome}`).join(', ') || 'no server'} means`, () => {
    assert.match(summaryWords({ running: false, loggedIn: true, able: true, servers }), words);
    assert.match(summaryWords({ running: false, loggedIn: true, able: false, servers }), /This browser cannot/);
  });
}

test('the report has all that is in the table', async () => {
  const { check } = open({ servers: async (_, { report }) => report([RELAY, FAILED]) });
  await check.run();
  const lines = check.report('Of now').split('\n');
  assert.deepEqual([lines[0], lines[1]], ['Of now', check.summary]);
  assert.equal(lines.length, 7);
  assert.equal(lines[4], '- turn:t.example:3478 (TURN by UDP): Passes messages on, both ways (there and back: 4.6 ms). [12 ms]');
});

test('times have as many digits as they deserve', () => {
  assert.deepEqual([0.04, 4.56, 9.96, 12.3, 1234.5].map(msWords), ['0 ms', '4.6 ms', '10 ms', '12 ms', '1235 ms']);
});
