import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EarlyCandidates } from '../../app/lib/early-candidates.js';
import { readPath } from '../../app/lib/path.js';
import { roleOf, sessionOf, withRole } from '../../app/lib/sdp.js';
import { socketUrl } from '../../app/lib/socket-url.js';

const sdp = 'v=0\r\no=mozilla 4717 3 IN IP4 0.0.0.0\r\ns=-\r\na=setup:actpass\r\nm=application\r\na=setup:actpass\r\n';

test('sdp: the session stays while the version moves', () => {
  assert.equal(sessionOf(sdp), 'mozilla 4717');
  assert.equal(sessionOf(sdp), sessionOf(sdp.replace(' 3 IN', ' 4 IN')));
  assert.notEqual(sessionOf(sdp), sessionOf(sdp.replace('4717', '4718')));
  assert.equal(sessionOf('hello'), '');
});

test('sdp: the role is read and set in every section', () => {
  assert.equal(roleOf(sdp), 'actpass');
  assert.equal(withRole(sdp, 'passive').match(/a=setup:passive/g).length, 2);
  assert.equal(roleOf(withRole(sdp, 'passive')), 'passive');
});

const report = (...stats) => ({ getStats: async () => new Map(stats.map((stat) => [stat.id, stat])) });
const ends = (local, remote) => [
  { id: 'l', type: 'local-candidate', candidateType: local },
  { id: 'r', type: 'remote-candidate', candidateType: remote },
];
const pair = (more) => ({ id: 'p', type: 'candidate-pair', localCandidateId: 'l', remoteCandidateId: 'r', ...more });
const transport = { id: 't', type: 'transport', selectedCandidatePairId: 'p' };

test('path: a relay at either end is a relay', async () => {
  assert.equal(await readPath(report(transport, pair(), ...ends('host', 'srflx'))), 'direct');
  assert.equal(await readPath(report(transport, pair(), ...ends('relay', 'host'))), 'relay');
  assert.equal(await readPath(report(transport, pair(), ...ends('prflx', 'relay'))), 'relay');
});

test('path: without transport statistics the pair marked selected counts', async () => {
  const other = { id: 'q', type: 'candidate-pair', localCandidateId: 'x', remoteCandidateId: 'y' };
  assert.equal(await readPath(report(other, pair({ selected: true }), ...ends('relay', 'host'))), 'relay');
});

test('path: unknown as long as anything is missing', async () => {
  assert.equal(await readPath(report()), null);
  assert.equal(await readPath(report(transport)), null);
  assert.equal(await readPath(report(transport, pair(), ends('host', 'host')[0])), null);
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

test('the socket is found beside the library, under any prefix', () => {
  assert.equal(socketUrl('https://host/chat/lib/signaling.js'), 'wss://host/chat/ws');
  assert.equal(socketUrl('http://localhost:9000/lib/signaling.js'), 'ws://localhost:9000/ws');
  assert.equal(socketUrl('http://http.example/lib/signaling.js?v=1'), 'ws://http.example/ws');
});
