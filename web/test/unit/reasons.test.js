// A connection that fails says why, as far as this side can know.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Peers } from '../../app/lib/beckon.js';
import { Diagnosis } from '../../app/lib/diagnosis.js';
import { startParty } from './fakes/party.js';

const STUN = Object.freeze({ urls: 'stun:s.example' });
const TURN = Object.freeze({ urls: ['turn:t.example', 'turns:t.example'], username: 'u', credential: 'c' });

/**
 * What ana and bob are told when the two do not find each other.
 *
 * @param {object} [circumstances]
 * @param {string[]} [circumstances.finds] types of candidates
 * @param {object[]} [circumstances.iceServers]
 * @param {[string, number][]} [circumstances.errors] that ana's browser reports
 */
async function fail(t, { finds = ['host'], iceServers = [], errors = [], arrange = () => {}, during = () => {} } = {}) {
  const party = await startParty(t, { arrange: (server) => { server.iceServers = iceServers; arrange(server); } });
  const { ana, bob, clock, network } = party;
  network.up = false;
  network.finds = finds;
  const peer = ana.peers.connect('bob');
  await clock.advance(20);
  for (const [url, code] of errors) network.all[0].stumble(url, code);
  during(party);
  await clock.advance(15_000);
  assert.equal(peer.state, 'failed');
  return { ...party, peer, reasons: [ana, bob].map(({ peers, states, name }) => {
    assert.deepEqual(peers.all, []);
    return states(name === 'ana' ? 'bob' : 'ana').at(-1);
  }) };
}

for (const [title, circumstances, reason] of [
  ['no servers at all', {}, 'no-relay'],
  ['STUN worked, but that was not enough', { finds: ['host', 'srflx'], iceServers: [STUN], errors: [['stun:s.example:3478', 701]] }, 'no-relay'],
  ['nothing was heard of STUN', { iceServers: [STUN], errors: [['stun:s.example:3478', 701]] }, 'udp-blocked'],
  ['nothing found, and nothing amiss with STUN (a public address)', { iceServers: [STUN] }, 'no-relay'],
  ['a relay is there, and it did not help', { finds: ['host', 'srflx', 'relay'], iceServers: [TURN], errors: [['turn:t.example:3478?transport=udp', 701]] }, 'ice-failed'],
  ['the relay cannot be reached', { finds: ['host', 'srflx'], iceServers: [STUN, TURN], errors: [['turn:t.example:3478?transport=udp', 701], ['turns:t.example:5349?transport=tcp', 701]] }, 'relay-unreachable'],
  ['the relay is never heard of, in a browser that does not tell', { iceServers: [TURN] }, 'relay-unreachable'],
  ['the credentials are refused', { iceServers: [TURN], errors: [['turn:t.example:3478?transport=udp', 401], ['turns:t.example:5349?transport=tcp', 701]] }, 'relay-refused'],
  ['the relay is full', { iceServers: [TURN], errors: [['turn:t.example:3478?transport=udp', 486]] }, 'relay-full'],
  ['the relay is full by one way and refuses by another', { iceServers: [TURN], errors: [['turn:t.example', 508], ['turns:t.example', 403]] }, 'relay-refused'],
]) {
  test(`${title}: ${reason}`, async (t) => {
    const { reasons } = await fail(t, circumstances);
    assert.equal(reasons[0], `failed ${reason}`);
  });
}

test('errors of other servers say nothing of the relay', async (t) => {
  const { reasons } = await fail(t, { iceServers: [TURN, STUN], errors: [['stun:s.example', 701], ['stun:s.example', 401]] });
  assert.equal(reasons[0], 'failed relay-unreachable');
});

test('WebRTC is blocked here: said at once, and there in the end', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  network.finds = [];
  const peer = ana.peers.connect('bob');
  await clock.advance(0);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'no-candidates']);
  network.finds = ['host'];
  await clock.advance(15_100);
  assert.equal(bob.states('ana').at(-1), 'failed no-remote-candidates');
});

test('candidates that are told of before the search for them count', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  network.tellsLate = true;
  const peer = ana.peers.connect('bob');
  await clock.advance(100);
  assert.deepEqual([peer.state, bob.peers.get('ana')?.state], ['open', 'open']);
});

test('no answer: it is the other side that was not heard of', async (t) => {
  const { reasons } = await fail(t, {
    arrange: (server) => { server.intercept = (socket, { type }) => type === 'offer'; },
  });
  assert.equal(reasons[0], 'failed timeout');
});

test('a path, but no channel: the other side stopped halfway', async (t) => {
  const { reasons } = await fail(t, { during: ({ network }) => network.all[0].become('connected') });
  assert.equal(reasons[0], 'failed timeout');
});

test('a channel that ends before it began is no goodbye', async (t) => {
  const { reasons } = await fail(t, { during: ({ network }) => network.all[0].hearClose() });
  assert.equal(reasons[0], 'failed no-relay');
});

for (const [title, ringTimeout, options] of [['a minute', 60_000, {}], ['as long as is wanted', 5_000, { ringTimeout: 5_000 }]]) {
  test(`a ringing call that nobody takes rings for ${title}, at both ends`, async (t) => {
    const { ana, clock, join } = await startParty(t, { autoAccept: false, ...options });
    const cid = await join('cid');
    const peer = ana.peers.connect('cid');
    await clock.advance(ringTimeout - 10);
    assert.deepEqual([peer.state, cid.peers.get('ana').state], ['connecting', 'connecting']);
    await clock.advance(20);
    assert.deepEqual([peer.state, peer.reason], ['failed', 'timeout']);
    assert.match(cid.states('ana').at(-1), /^(failed timeout|closed hangup)$/);
  });
}

test('who takes a call late has as long to connect as ever', async (t) => {
  const { ana, bob, clock, network } = await startParty(t, { autoAccept: false });
  const peer = ana.peers.connect('bob');
  await clock.advance(50_000);
  network.up = false;
  bob.peers.get('ana').accept();
  await clock.advance(14_000);
  assert.equal(peer.state, 'connecting');
  await clock.advance(1_100);
  assert.deepEqual([peer.state, ana.peers.all.length, bob.peers.all.length], ['failed', 0, 0]);
});

test('a caller that gives up sooner is heard to do so: it rings no more', async (t) => {
  const { ana, bob, clock, network } = await startParty(t, { autoAccept: false, ringTimeout: 20_000 });
  const dora = new Peers(ana.signaling, { RTCPeerConnection: network.RTCPeerConnection, page: null, connectTimeout: 1_000 });
  t.after(() => dora.dispose());
  dora.connect('bob');
  await clock.advance(900);
  const ringing = bob.peers.get('ana');
  assert.equal(ringing.state, 'connecting');
  await clock.advance(200);
  assert.deepEqual([ringing.state, ringing.reason], ['closed', 'hangup']);
});

test('the candidates of a ringing call are not driven out by those of others', async (t) => {
  const { bob, clock, server, ana } = await startParty(t, { autoAccept: false });
  const peer = ana.peers.connect('bob');
  await clock.advance(10);
  for (let i = 0; i < 200; i++) {
    server.handle(server.socketOf('ana'), { type: 'candidate', name: 'bob', call: `other ${i}`, candidate: { candidate: 'x'.repeat(60_000) } });
  }
  await clock.advance(10);
  bob.peers.get('ana').accept();
  await clock.advance(50);
  assert.equal(peer.state, 'open');
});

test('candidates inside a description count as told', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  network.up = false;
  server.intercept = (socket, frame) => {
    if (frame.type !== 'offer') return frame.type === 'candidate';
    frame.offer.sdp += 'a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n';
    return false;
  };
  ana.peers.connect('bob');
  await clock.advance(15_100);
  assert.equal(bob.states('ana').at(-1), 'failed no-relay');
  assert.equal(ana.states('bob').at(-1), 'failed no-remote-candidates');
});

test('what counts is what was found at the last look', async (t) => {
  const { reasons } = await fail(t, {
    finds: ['host', 'relay'],
    iceServers: [TURN],
    during: ({ network }) => {
      network.finds = ['host'];
      network.lose('failed');
    },
  });
  assert.equal(reasons[0], 'failed relay-unreachable');
});

test('what a server answered counts for the look that it answered', async (t) => {
  const { reasons } = await fail(t, {
    iceServers: [TURN],
    errors: [['turn:t.example', 401]],
    during: ({ network }) => network.lose('failed'),
  });
  assert.equal(reasons[0], 'failed relay-unreachable');
});

test('a description that was taken back is no sign of having found nothing', () => {
  const pc = Object.assign(new EventTarget(), { iceGatheringState: 'complete', localDescription: null });
  let barren = 0;
  new Diagnosis(pc, () => barren++);
  pc.dispatchEvent(new Event('icegatheringstatechange'));
  assert.equal(barren, 0);
  pc.localDescription = { type: 'offer', sdp: 'v=0\r\n' };
  pc.dispatchEvent(new Event('icegatheringstatechange'));
  assert.equal(barren, 1);
});

test('touch is lost for good, and the relay would not have us any more', async (t) => {
  const { ana, clock, network } = await startParty(t, { arrange: (server) => { server.iceServers = [TURN]; } });
  network.finds = ['host', 'relay'];
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  assert.equal(peer.state, 'open');
  network.up = false;
  network.finds = ['host'];
  network.lose('failed');
  await clock.advance(119_000);
  for (const pc of network.open) pc.stumble('turn:t.example', 401);
  await clock.advance(1000);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'relay-refused']);
});
