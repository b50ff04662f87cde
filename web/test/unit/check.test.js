// The connection check tells one trouble from another, and always ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBrowser, checkServers } from '../../app/lib/check.js';
import { fakeRTC } from './fakes/check-rtc.js';
import { settle, useClock } from './fakes/clock.js';

const HOST = ['host', '10.0.0.7'];
const SRFLX = ['srflx', '192.0.2.7'];
const RELAY = ['relay', '192.0.2.9'];
const STUN = 'stun:s.example';
const TURN = 'turn:t.example?transport=udp';

/** Checks one server, and lets time pass until that is over. */
async function check(t, url, luck) {
  const clock = useClock(t);
  const { all, RTCPeerConnection } = fakeRTC({ [url]: luck });
  const result = checkServers([{ urls: url, username: 'u', credential: 'c' }], { RTCPeerConnection });
  await clock.advance(20_000);
  const [found] = await result;
  assert.equal(clock.pending, 0);
  assert.ok(all.every(({ closed }) => closed), 'every connection is closed');
  return { ...found, all };
}

for (const [title, url, luck, outcome, code = 0] of [
  ['STUN tells our address', STUN, { finds: [HOST, SRFLX], errors: [701], endless: true }, 'works'],
  ['STUN tells what we know already', STUN, { finds: [HOST] }, 'works'],
  ['STUN does not answer', STUN, { finds: [HOST], errors: [701] }, 'unreachable'],
  ['STUN does not answer, and the browser waits on', STUN, { finds: [HOST], endless: true }, 'timeout'],
  ['nothing to ask STUN with', STUN, {}, 'unreachable'],
  ['a malformed address', STUN, { bad: true }, 'unusable'],
  ['a relay that works', TURN, { finds: [HOST, SRFLX, RELAY] }, 'works'],
  ['a relay that works from one of two networks', TURN, { errors: [701, 401], finds: [RELAY] }, 'works'],
  ['a relay that passes nothing on', TURN, { finds: [HOST, SRFLX, RELAY], deaf: true }, 'no-echo'],
  ['a relay that tells our address only', TURN, { finds: [HOST, SRFLX] }, 'unreachable'],
  ['credentials are refused', TURN, { errors: [401] }, 'refused', 401],
  ['credentials are refused, and an interface has no way', TURN, { errors: [701, 401] }, 'refused', 401],
  ['credentials are refused, and the browser tries on', TURN, { errors: [401], endless: true }, 'refused', 401],
  ['credentials have lapsed', TURN, { errors: [438] }, 'refused', 438],
  ['the relay forbids it', TURN, { errors: [403] }, 'forbidden', 403],
  ['the quota is used up', TURN, { errors: [486] }, 'full', 486],
  ['the relay has no room', TURN, { errors: [508] }, 'full', 508],
  ['the relay cannot be reached', TURN, { errors: [701] }, 'unreachable'],
  ['the relay cannot be reached, in a browser that does not tell', TURN, {}, 'unreachable'],
  ['the relay never answers', TURN, { endless: true }, 'timeout'],
]) {
  test(`${title}: ${outcome}`, async (t) => {
    const found = await check(t, url, luck);
    assert.deepEqual([found.outcome, found.code], [outcome, code]);
  });
}

test('times: until STUN answered or the relay let us in, and of the echo', async (t) => {
  const { ms, echo, all } = await check(t, TURN, { finds: [HOST, SRFLX, RELAY] });
  assert.deepEqual([ms, echo], [5, 4]);
  assert.deepEqual(all.map(({ policy }) => policy), ['relay', 'all']);
  assert.deepEqual(all[0].added, ['srflx', 'relay'], 'the relay is not asked for addresses inside a network');
});

test('each address of each server on its own, in order, without credentials', async (t) => {
  const clock = useClock(t);
  const urls = ['stun:a', 'stuns:b', 'turn:c', 'turn:d?transport=tcp', 'turns:e?transport=tcp'];
  const { RTCPeerConnection } = fakeRTC({ ...Object.fromEntries(urls.map((url) => [url, { endless: true }])), 'turn:u:p@f': { bad: true } });
  const told = [];
  const result = checkServers([
    { urls: urls.slice(0, 2) }, { urls: urls[2], username: 'u', credential: 'p' }, { urls: [urls[3], urls[4], 'turn:u:p@f'] },
  ], { RTCPeerConnection, report: (checks) => told.push(checks) });
  await clock.advance(20_000);
  const checks = await result;
  assert.deepEqual(checks.map(({ url, kind, transport }) => [url, kind, transport]), [
    ['stun:a', 'stun', 'udp'], ['stuns:b', 'stun', 'tls'], ['turn:c', 'turn', 'udp'],
    ['turn:d?transport=tcp', 'turn', 'tcp'], ['turns:e?transport=tcp', 'turn', 'tls'], ['turn:f', 'turn', 'udp'],
  ]);
  assert.equal(told.length, 7);
  assert.ok(told[0].every(({ outcome }) => outcome === null));
  assert.deepEqual(told.at(-1), checks);
});

test('a dead server does not hold up the others', async (t) => {
  const clock = useClock(t);
  const urls = ['stun:dead', 'stun:a', 'stun:b', 'stun:c', 'stun:d'];
  const { RTCPeerConnection } = fakeRTC(Object.fromEntries(urls.map((url, i) => [url, i === 0 ? { endless: true } : { finds: [HOST] }])));
  let known;
  const result = checkServers(urls.map((url) => ({ urls: url })), { RTCPeerConnection, report: (checks) => { known = checks; } });
  await clock.advance(100);
  assert.deepEqual(known.map(({ outcome }) => outcome), [null, 'works', 'works', 'works', 'works']);
  await clock.advance(10_000);
  await result;
});

test('no servers: nothing to check', async () => {
  assert.deepEqual(await checkServers([], { RTCPeerConnection: fakeRTC({}).RTCPeerConnection }), []);
});

for (const [during, luck, wait] of [['looking', { endless: true }, 100], ['the echo', { finds: [RELAY], deaf: true }, 100], ['nothing, before it began', {}, -1]]) {
  test(`stopped during ${during}: all is closed at once`, async (t) => {
    const clock = useClock(t);
    const { all, RTCPeerConnection } = fakeRTC({ [TURN]: luck });
    const stop = new AbortController();
    if (wait < 0) stop.abort();
    const result = checkServers(Array.from({ length: 5 }, () => ({ urls: TURN })), { RTCPeerConnection, signal: stop.signal });
    const failed = assert.rejects(result, { name: 'AbortError' });
    await clock.advance(Math.max(wait, 0));
    const before = all.length;
    assert.equal(before, wait < 0 ? 0 : luck.deaf ? 6 : 3);
    stop.abort();
    await failed;
    await settle();
    assert.equal(all.length, before);
    assert.ok(all.every(({ closed }) => closed));
    assert.equal(clock.pending, 0);
  });
}

for (const [title, finds, expected] of [
  ['names in place of addresses', [['host', 'a-b.local'], ['host', 'c-d.local']], { outcome: 'works', hidden: 2, ipv4: 0, ipv6: 0 }],
  ['addresses, some of them told twice', [HOST, HOST, ['host', '10.0.0.8'], ['host', 'fd00::1']], { outcome: 'works', hidden: 0, ipv4: 2, ipv6: 1 }],
  ['none', [], { outcome: 'no-candidates', hidden: 0, ipv4: 0, ipv6: 0 }],
]) {
  test(`the browser has ${title}`, async (t) => {
    const clock = useClock(t);
    const { all, RTCPeerConnection } = fakeRTC({ '': { finds } });
    const result = checkBrowser({ RTCPeerConnection });
    await clock.advance(10);
    assert.deepEqual(await result, expected);
    assert.ok(all.every(({ closed }) => closed));
  });
}

test('a browser without WebRTC', async () => {
  assert.equal((await checkBrowser()).outcome, 'no-webrtc');
});
