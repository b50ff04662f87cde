// Offers, answers and candidates in the forms that other clients give them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPayload } from '../../app/lib/payload.js';
import { placed } from '../../app/lib/sdp.js';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

/** Has all candidates changed on their way, or all descriptions. */
function mangle(server, change, types = ['candidate']) {
  server.intercept = (socket, frame) => {
    if (types.includes(frame.type)) frame[frame.type] = change(frame[frame.type]);
    return false;
  };
}

const candidateForms = {
  'without mid and index': ({ candidate }) => ({ candidate, sdpMid: null, sdpMLineIndex: null }),
  'the line only': ({ candidate }) => ({ candidate }),
  'bare text': ({ candidate }) => candidate,
  'a line of SDP': ({ candidate }) => `a=${candidate}`,
  'an unknown mid': ({ candidate }) => ({ candidate, sdpMid: 'data', sdpMLineIndex: null }),
  'an unknown mid, and the index': ({ candidate }) => ({ candidate, sdpMid: 'data', sdpMLineIndex: 0 }),
  'label and id': ({ candidate }) => ({ type: 'candidate', label: 0, id: 'data', candidate }),
  'in an object more': (candidate) => ({ candidate }),
};

for (const [title, change] of Object.entries(candidateForms)) {
  test(`candidates in another form connect: ${title}`, async (t) => {
    const { ana, bob, clock, server, network } = await startParty(t);
    mangle(server, change);
    const peer = ana.peers.connect('bob');
    await clock.advance(50);
    assert.deepEqual([peer.state, bob.peers.get('ana').state], ['open', 'open']);
    assert.deepEqual(network.all.flatMap(({ refused }) => refused), []);
  });
}

test('with several parts, a candidate goes where it says, or nowhere', () => {
  const sdp = 'v=0\r\nm=audio 9\r\na=mid:a\r\nm=application 9\r\na=mid:d\r\n';
  const known = { candidate: 'candidate:1', sdpMid: 'd', sdpMLineIndex: null };
  assert.equal(placed(known, sdp), known);
  const nowhere = { candidate: 'candidate:1', sdpMid: 'x', sdpMLineIndex: 7 };
  assert.equal(placed(nowhere, sdp), nowhere);
  assert.deepEqual(placed({ ...nowhere, sdpMLineIndex: 1 }, sdp), { candidate: 'candidate:1', sdpMid: null, sdpMLineIndex: 1 });
});

test('the end of candidates, in all its forms, is that', () => {
  for (const payload of [null, '', { candidate: '' }, { candidate: null }, { candidate: '', sdpMid: '0' }]) {
    assert.equal(readPayload({ type: 'candidate', name: 'x', call: null, payload }), null);
  }
});

test('candidates that the browser refuses do not count as heard, and are told from none', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  mangle(server, (candidate) => ({ ...candidate, candidate: candidate.candidate.replace('candidate:', 'kandidat:') }));
  const peer = ana.peers.connect('bob');
  await clock.advance(15_100);
  assert.ok(network.all[0].refused.length > 0);
  assert.deepEqual([peer.reason, bob.states('ana').at(-1)], ['bad-candidates', 'failed bad-candidates']);
});

test('a path that was found is not what is missing', async (t) => {
  const { ana, clock, network } = await startParty(t);
  network.up = false;
  const peer = ana.peers.connect('bob');
  await clock.advance(20);
  network.all[0].iceConnectionState = 'connected'; // and then DTLS failed
  await clock.advance(15_000);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'ice-failed']);
});

test('one STUN server that does not answer says nothing of another', async (t) => {
  const { ana, clock, network } = await startParty(t, { arrange: (server) => { server.iceServers = [{ urls: ['stun:one', 'stun:two'] }]; } });
  network.up = false;
  const peer = ana.peers.connect('bob');
  await clock.advance(20);
  for (let i = 0; i < 2; i++) network.all[0].stumble('stun:one', 701);
  await clock.advance(15_000);
  assert.equal(peer.reason, 'no-relay');
});

for (const [title, change] of Object.entries({
  'without type': ({ sdp }) => ({ sdp }),
  'with null for a type': ({ sdp }) => ({ type: null, sdp }),
  'bare text': ({ sdp }) => sdp,
})) {
  test(`descriptions in another form are taken, as the message says what they are: ${title}`, async (t) => {
    const { ana, bob, clock, server } = await startParty(t);
    mangle(server, change, ['offer', 'answer']);
    const peer = ana.peers.connect('bob');
    await clock.advance(50);
    assert.deepEqual([peer.state, bob.peers.get('ana').state], ['open', 'open']);
  });
}

for (const [type, payload] of [
  ['offer', { to: 'myself' }], ['offer', 'x'], ['offer', { type: 'answer', sdp: 'v=0' }], ['offer', null],
  ['answer', {}], ['candidate', {}], ['candidate', 'hello'], ['candidate', 7], ['candidate', []],
]) {
  test(`${type} ${JSON.stringify(payload)} is none, and that is said`, async (t) => {
    const { ana, bob, clock, server } = await startParty(t);
    const unreadable = record(bob.peers, 'unreadable');
    const hangups = record(ana.signaling, 'hangup');
    server.handle(server.socketOf('ana'), { type, name: 'bob', call: 'c', [type]: payload });
    await clock.advance(10);
    assert.deepEqual(unreadable, [{ type, name: 'ana', call: 'c', payload }]);
    assert.deepEqual(hangups, type === 'offer' ? [{ name: 'bob', call: 'c' }] : []);
    assert.deepEqual(bob.peers.all, []);
  });
}

test('an offer that is none costs no conversation', async (t) => {
  const { ana, clock, server } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  server.handle(server.socketOf('ana'), { type: 'offer', name: 'bob', offer: 'x' });
  await clock.advance(50);
  assert.equal(peer.state, 'open');
});
