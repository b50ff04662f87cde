import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EarlyCandidates } from '../../app/lib/early-candidates.js';
import { pathOf, readRoute } from '../../app/lib/path.js';
import { Roster } from '../../app/lib/roster.js';
import { fingerprintOf, roleOf, sameConnection, sectionsOf, sessionOf, withLabels, withRelaysOnly, withRole } from '../../app/lib/sdp.js';
import { socketUrl } from '../../app/lib/socket-url.js';

const sdp = 'v=0\r\no=mozilla 4717 3 IN IP4 0.0.0.0\r\ns=-\r\na=setup:actpass\r\nm=application\r\na=setup:actpass\r\n';

test('sdp: the session stays while the version moves', () => {
  assert.equal(sessionOf(sdp), 'mozilla 4717');
  assert.equal(sessionOf(sdp), sessionOf(sdp.replace(' 3 IN', ' 4 IN')));
  assert.notEqual(sessionOf(sdp), sessionOf(sdp.replace('4717', '4718')));
  assert.equal(sessionOf('hello'), '');
});

test('sdp: the fingerprint is read in whatever way it is written', () => {
  const line = 'a=fingerprint:SHA-256 ab:CD:01\r\n';
  assert.equal(fingerprintOf(sdp), '');
  assert.equal(fingerprintOf(line + sdp), 'sha-256 AB:CD:01');
  assert.equal(fingerprintOf(sdp + line), 'sha-256 AB:CD:01');
});

test('sdp: one connection: by its session, or else by its certificate and ICE credentials', () => {
  const description = (session, fingerprint, ufrag) =>
    `v=0\r\no=- ${session} 2 IN IP4 0.0.0.0\r\na=ice-ufrag:${ufrag}\r\n${fingerprint && `a=fingerprint:sha-256 ${fingerprint}\r\n`}`;
  const first = description(1, 'AA', 'u');
  for (const [other, same] of [
    [description(1, 'AA', 'v'), true], // restarted
    [description(2, 'AA', 'u'), true], // of a client with a session id for each description
    [description(2, 'AA', 'v'), false], // a page that kept its certificate, reloaded
    [description(2, 'BB', 'u'), false],
  ]) assert.equal(sameConnection(first, other), same, other);
  assert.equal(sameConnection(description(1, '', 'u'), description(2, '', 'u')), false);
});

test('sdp: the role is read and set in every section', () => {
  assert.equal(roleOf(sdp), 'actpass');
  assert.equal(withRole(sdp, 'passive').match(/a=setup:passive/g).length, 2);
  assert.equal(roleOf(withRole(sdp, 'passive')), 'passive');
});

const report = (...stats) => ({ getStats: async () => new Map(stats.map((stat) => [stat.id, stat])) });
const ends = (local, remote, more = {}, moreRemote = more) => [
  { id: 'l', type: 'local-candidate', candidateType: local, ...more },
  { id: 'r', type: 'remote-candidate', candidateType: remote, ...moreRemote },
];
const pair = (more) => ({ id: 'p', type: 'candidate-pair', localCandidateId: 'l', remoteCandidateId: 'r', ...more });
const transport = { id: 't', type: 'transport', selectedCandidatePairId: 'p' };

for (const [local, remote, more, expected] of [
  ['host', 'srflx', {}, 'direct'],
  ['srflx', 'prflx', {}, 'direct'],
  ['host', 'prflx', {}, 'direct'],
  ['relay', 'host', { relayProtocol: 'udp' }, 'relay-udp'],
  ['relay', 'relay', { relayProtocol: 'tcp' }, 'relay-tcp'],
  ['relay', 'srflx', { relayProtocol: 'tls' }, 'relay-tls'],
  ['relay', 'host', {}, 'relay-udp'],
  ['relay', 'host', { url: 'turn:t.example:3478?transport=tcp' }, 'relay-tcp'],
  ['relay', 'host', { relayProtocol: 'tcp', url: 'turns:t.example?transport=tcp' }, 'relay-tls'],
  ['prflx', 'relay', {}, 'relay'],
]) {
  test(`route: ${local} to ${remote} ${JSON.stringify(more)} is ${expected}`, async () => {
    assert.equal(await readRoute(report(transport, pair(), ...ends(local, remote, more, {}))), expected);
  });
}

for (const [here, there, expected] of [
  ['192.168.1.4', '192.168.1.5', 'same-network'],
  ['10.0.3.4', '10.9.0.1', 'same-network'],
  [null, null, 'same-network'], // hidden by the browser, and found by a name of this network
  ['0f.local', undefined, 'same-network'],
  ['172.31.0.1', '', 'same-network'],
  ['127.0.0.1', '127.0.0.1', 'same-network'],
  ['fd00::1', 'fe80::2', 'same-network'],
  ['203.0.113.4', '203.0.113.200', 'same-network'],
  ['2001:db8:0:7::4', '2001:DB8::7:9:8:7:6', 'same-network'],
  ['203.0.113.4', '198.51.100.4', 'direct'],
  ['172.32.0.1', '172.33.0.1', 'direct'],
  ['10.0.0.4', '198.51.100.4', 'direct'],
  ['2001:db8:0:7::4', '2001:db8:0:8::4', 'direct'],
]) {
  test(`route: from ${here} to ${there} is ${expected}`, async () => {
    assert.equal(await readRoute(report(transport, pair(), ...ends('host', 'host', { address: here }, { address: there }))), expected);
  });
}

test('route: a translated address is of another network, however near', async () => {
  const [more, near] = [{ address: '203.0.113.21' }, { address: '203.0.113.22' }];
  assert.equal(await readRoute(report(transport, pair(), ...ends('srflx', 'srflx', more, near))), 'direct');
  assert.equal(await readRoute(report(transport, pair(), ...ends('host', 'srflx', more, near))), 'direct');
  assert.equal(await readRoute(report(transport, pair(), ...ends('host', 'prflx', more, near))), 'same-network');
});

test('path: a route in one word', () => {
  assert.deepEqual([null, 'same-network', 'direct', 'relay', 'relay-tls'].map(pathOf), [null, 'direct', 'direct', 'relay', 'relay']);
});

test('route: without transport statistics the pair marked selected counts', async () => {
  const other = { id: 'q', type: 'candidate-pair', localCandidateId: 'x', remoteCandidateId: 'y' };
  assert.equal(await readRoute(report(other, pair({ selected: true }), ...ends('host', 'relay'))), 'relay');
});

test('route: unknown as long as anything is missing', async () => {
  assert.equal(await readRoute(report()), null);
  assert.equal(await readRoute(report(transport)), null);
  assert.equal(await readRoute(report(transport, pair(), ends('host', 'host')[0])), null);
});

test('sdp: of our own addresses only that of the relay is told', () => {
  const found = ['1 1 udp 9 10.0.0.7 5000 typ host', '2 1 udp 8 198.51.100.7 5000 typ srflx raddr 10.0.0.7 rport 5000',
    '3 1 udp 7 203.0.113.9 6000 typ relay raddr 198.51.100.7 rport 5000 generation 0'];
  const lines = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', ...found.map((line) => `a=candidate:${line}`), 'a=end-of-candidates', ''];
  const hidden = withRelaysOnly(lines.join('\r\n'));
  assert.equal(hidden, ['v=0', 'o=- 1 2 IN IP4 127.0.0.1',
    'a=candidate:3 1 udp 7 203.0.113.9 6000 typ relay raddr 0.0.0.0 rport 0 generation 0', 'a=end-of-candidates', ''].join('\r\n'));
});

test('sdp: where something is sent, and what for', () => {
  const section = (port, ...lines) => [`m=video ${port} UDP/TLS/RTP/SAVPF 96`, ...lines.map((line) => `a=${line}`), ''].join('\r\n');
  const sections = sectionsOf([sdp, section(9, 'mid:a', 'label:camera', 'sendonly'), section(9, 'mid:b', 'sendrecv'), section(9, 'mid:c'),
    section(9, 'mid:d', 'recvonly'), section(9, 'mid:e', 'inactive'), section(0, 'mid:f', 'sendrecv'), section(0, 'mid:g', 'bundle-only')].join(''));
  const sending = [...sections].filter(([mid, { sends }]) => mid && sends).map(([mid, { label }]) => [mid, label]);
  assert.deepEqual(sending, [['a', 'camera'], ['b', undefined], ['c', undefined], ['g', undefined]]);
  const labelled = withLabels(section(9, 'mid:a', 'inactive') + section(9, 'mid:b'), new Map([['b', 'screen']]));
  assert.equal(labelled, section(9, 'mid:a', 'inactive') + section(9, 'mid:b', 'label:screen'));
});

test('early candidates: kept by call, taken once, bounded', () => {
  const early = new EarlyCandidates();
  const keep = (name, call, payload) => early.keep({ type: 'candidate', name, call, payload });
  keep('ana', 'c1', 1);
  keep('ana', 'c1', 2);
  keep('ana', null, 3);
  assert.deepEqual(early.take('ana', 'c1'), [1, 2]);
  assert.deepEqual(early.take('ana', 'c1'), []);
  assert.deepEqual(early.take('ana', null), [3]);
  for (let i = 0; i < 1000; i++) keep('eve', 'one', i);
  assert.equal(early.take('eve', 'one').length, 64);
  for (let i = 0; i < 1000; i++) keep('eve', `call ${i}`, i);
  assert.deepEqual(early.take('eve', 'call 0'), [], 'the oldest call gave way');
  assert.deepEqual(early.take('eve', 'call 999'), [999]);
});

test('early candidates: bounded in bytes, per sender and in all; a sender drives out its own first', () => {
  const early = new EarlyCandidates();
  const keep = (name, call, payload) => early.keep({ type: 'candidate', name, call, payload });
  const bytesOf = (name, calls) => calls.reduce((sum, call) => sum + 2 * JSON.stringify(early.take(name, call)).length, 0);
  const calls = Array.from({ length: 64 }, (_, i) => `c${i}`);
  keep('bob', 'his', 'stays');
  for (const call of calls) for (let i = 0; i < 64; i++) keep('eve', call, 'x'.repeat(30_000));
  assert.deepEqual(early.take('bob', 'his'), ['stays']);
  assert.ok(bytesOf('eve', calls) < 140_000);
  const names = Array.from({ length: 1000 }, (_, i) => `eve ${i}`);
  for (const name of names) for (let i = 0; i < 10; i++) keep(name, 'c', 'x'.repeat(5_000));
  assert.equal(early.take('eve 999', 'c').length, 6, 'of one call');
  assert.ok(names.reduce((sum, name) => sum + bytesOf(name, ['c']), 0) < 1_100_000);
  for (let i = 0; i < 1000; i++) keep('eve', 'x'.repeat(30_000) + i, 1);
  assert.equal(early.take('eve', 'x'.repeat(30_000) + 990).length, 0, 'a long call counts');
});

test('the socket is found beside the library, under any prefix', () => {
  assert.equal(socketUrl('https://host/chat/lib/signaling.js'), 'wss://host/chat/ws');
  assert.equal(socketUrl('http://localhost:9000/lib/signaling.js'), 'ws://localhost:9000/ws');
  assert.equal(socketUrl('http://http.example/lib/signaling.js?v=1'), 'ws://http.example/ws');
});

test('roster: who has a name, in whatever spelling, whatever comes and goes', () => {
  const [kim, lou, otherKim] = [['1', 'Kim'], ['2', 'lou'], ['3', 'KIM']].map(([id, userName]) => ({ id, userName }));
  const roster = new Roster();
  const named = () => ['kim', 'Lou'].map((name) => roster.named(name)?.id);
  roster.replace([kim]);
  assert.deepEqual(named(), ['1', undefined]);
  roster.apply({ left: [kim], joined: [otherKim, lou] }, undefined);
  assert.deepEqual(named(), ['3', '2']);
  roster.apply({ left: [], joined: [kim] }, undefined); // the news of their leaving comes late
  roster.apply({ left: [otherKim], joined: [] }, undefined);
  assert.deepEqual(named(), ['1', '2']);
  roster.replace([lou]);
  assert.deepEqual(named(), [undefined, '2']);
  roster.clear();
  assert.deepEqual(named(), [undefined, undefined]);
});
