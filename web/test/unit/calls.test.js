// Anyone may call: who is answered, and how many at once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Peers } from '../../app/lib/beckon.js';
import { newCall } from '../../app/lib/call.js';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

/** Offers of bogus connections that somebody sends. */
function flood({ server }, from, count, to = 'ana') {
  const socket = server.socketOf(from);
  for (let i = 0; i < count; i++) {
    const sdp = ['v=0', `o=- ${i} 1 IN IP4 127.0.0.1`, 's=-', 't=0 0', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:0',
      'a=fingerprint:sha-256 AA:BB', 'a=setup:actpass', 'a=ice-ufrag:x', 'a=fake-id:9999', ''].join('\r\n');
    server.handle(socket, { type: 'offer', name: to, call: newCall(), offer: { type: 'offer', sdp } });
  }
}

test('a thousand offers of one user make a few connections, and each that is not answered is refused and said', async (t) => {
  const party = await startParty(t);
  const { ana, clock, network, server } = party;
  const refused = record(ana.peers, 'refused');
  flood(party, 'bob', 1_000);
  await clock.advance(2_000); // one waits for its time
  assert.ok(network.all.length <= 3, `${network.all.length} connections`);
  assert.equal(refused.length, 1_000 - network.all.length);
  assert.equal(server.got('leave').filter(({ name }) => name === 'bob').length, refused.length);
  assert.deepEqual(refused.at(-1), { name: 'bob', call: server.got('leave').at(-1).call, why: 'user', count: refused.length });
});

test('after a while that user may call again', async (t) => {
  const party = await startParty(t);
  const { ana, bob, clock } = party;
  flood(party, 'bob', 1_000);
  await clock.advance(60_000);
  const peer = bob.peers.connect('ana');
  await clock.advance(50);
  assert.deepEqual([peer.state, ana.peers.get('bob').state], ['open', 'open']);
});

test('a flood does not touch the connection that stands, nor a look for a new path', async (t) => {
  const party = await startParty(t);
  const { ana, bob, clock, network } = party;
  const peer = bob.peers.connect('ana');
  await clock.advance(50);
  for (let i = 0; i < 50; i++) {
    peer.restartIce();
    await clock.advance(20);
  }
  assert.deepEqual([peer.state, ana.peers.get('bob').state, network.all.length], ['open', 'open', 2]);
});

test('so many calls are under way in all, and a call that is over makes room', async (t) => {
  const party = await startParty(t, { maxCalls: 3 });
  const { ana, clock, network, join } = party;
  const refused = record(ana.peers, 'refused');
  for (const name of ['cy', 'dee', 'eve', 'fay']) {
    await join(name);
    flood(party, name, 1);
    await clock.advance(10);
  }
  assert.equal(ana.peers.all.length, 3);
  assert.equal(network.all.length, 3);
  assert.deepEqual(refused.map(({ name, why, count }) => [name, why, count]), [['fay', 'all', 1]]);
  await clock.advance(20_000); // nobody was there
  assert.deepEqual(ana.peers.all, []);
  const gus = await join('gus');
  const peer = gus.peers.connect('ana');
  await clock.advance(50);
  assert.equal(peer.state, 'open');
});

test('those that stand, and our own, do not count', async (t) => {
  const { ana, bob, clock, join } = await startParty(t, { maxCalls: 1 });
  bob.peers.connect('ana');
  await clock.advance(50);
  const others = [await join('cy'), await join('dee')];
  ana.peers.connect('cy');
  others[1].peers.connect('ana');
  await clock.advance(50);
  assert.deepEqual(ana.peers.all.map(({ state }) => state), ['open', 'open', 'open']);
});

test('accept() is asked before anything is told or made', async (t) => {
  const asked = [];
  let decide;
  const accept = (peer) => {
    asked.push(peer);
    return new Promise((resolve) => { decide = resolve; });
  };
  const { ana, bob, clock, network, server } = await startParty(t, { accept });
  const peer = bob.peers.connect('ana');
  await clock.advance(20_000);
  assert.equal(peer.state, 'connecting', 'it is waited for');
  assert.deepEqual(asked, [ana.peers.get('bob')]);
  assert.equal(network.all.length, 1, "the caller's");
  assert.deepEqual(server.got('candidate').filter(({ name }) => name === 'bob'), []);
  decide(true);
  await clock.advance(50);
  assert.deepEqual([peer.state, ana.peers.get('bob').state], ['open', 'open']);
});

for (const [title, accept] of Object.entries({
  'no': () => false,
  'no, later': async () => false,
  'nothing': () => undefined,
})) {
  test(`accept() says ${title}: the caller is told`, async (t) => {
    const { ana, bob, clock, network } = await startParty(t, { accept });
    const peer = bob.peers.connect('ana');
    await clock.advance(50);
    assert.deepEqual([peer.state, peer.reason, ana.peers.get('bob')], ['closed', 'hangup', undefined]);
    assert.equal(network.all.length, 1);
  });
}

test('accept() says yes at once: as if it had not been asked', async (t) => {
  const { bob, clock } = await startParty(t, { accept: () => true });
  const peer = bob.peers.connect('ana');
  await clock.advance(50);
  assert.equal(peer.state, 'open');
});

test('a no that comes too late ends nothing', async (t) => {
  let decide;
  const accept = () => new Promise((resolve) => { decide = resolve; });
  const { ana, bob, clock } = await startParty(t, { accept });
  const peer = bob.peers.connect('ana');
  await clock.advance(50);
  ana.peers.connect('bob'); // takes the call
  await clock.advance(50);
  decide(false);
  await clock.advance(50);
  assert.deepEqual([peer.state, ana.peers.get('bob').state], ['open', 'open']);
});

test('accept() is not asked again for a connection that is renewed', async (t) => {
  let asked = 0;
  const { ana, bob, clock, network } = await startParty(t, { accept: () => ++asked > 0 });
  const peer = bob.peers.connect('ana');
  await clock.advance(50);
  network.up = false;
  network.lose('failed');
  await clock.advance(25_000);
  network.up = true;
  await clock.advance(30_000);
  assert.deepEqual([peer.state, ana.peers.get('bob').state, asked], ['open', 'open', 1]);
  assert.ok(peer.epoch > 1);
});

/** What becomes of a call that rings, for who called: where both ask first, and let it ring for as long as they like. */
for (const [title, { act, after, ends, ringTimeout = {} }] of Object.entries({
  'is taken': { act: (peer) => peer.accept(), after: 100, ends: 'open null' },
  'is declined': { act: (peer) => peer.close(), after: 10, ends: 'closed hangup' },
  'is not heeded': { after: 60_000, ends: 'failed timeout' },
  'is not heeded by who lets it ring for less': { ringTimeout: { ana: 5_000 }, after: 60_000, ends: 'failed timeout' },
  'is given up by who called': { ringTimeout: { bob: 5_000 }, after: 5_000, ends: 'failed timeout' },
  'rings with somebody who leaves': { act: (peer, { signaling }) => signaling.close(), after: 10, ends: 'failed left' },
})) {
  test(`a call that ${title} ends so for who called, and no sooner`, async (t) => {
    const party = await startParty(t);
    const { ana, bob, clock, network } = party;
    for (const person of [ana, bob]) {
      person.peers.dispose();
      const options = { RTCPeerConnection: network.RTCPeerConnection, page: null, autoAccept: false };
      person.peers = new Peers(person.signaling, { ...options, ringTimeout: ringTimeout[person.name] });
      t.after(() => person.peers.dispose());
    }
    const peer = bob.peers.connect('ana');
    await clock.advance(100);
    assert.deepEqual([peer.state, ana.peers.get('bob').state], ['connecting', 'connecting']);
    const there = ana.peers.get('bob');
    act?.(there, ana);
    await clock.advance(after - (act ? 0 : 200));
    if (!act) assert.equal(peer.state, 'connecting');
    await clock.advance(200);
    assert.equal(`${peer.state} ${peer.reason}`, ends);
    if (title.includes('given up')) assert.equal(there.reason, 'hangup', 'it rings no more');
  });
}

test('who does not ask first does not let others ring for long', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  ana.peers.dispose();
  const peers = new Peers(ana.signaling, { RTCPeerConnection: network.RTCPeerConnection, page: null, autoAccept: false });
  t.after(() => peers.dispose());
  const peer = bob.peers.connect('ana');
  await clock.advance(14_990);
  assert.equal(peer.state, 'connecting');
  await clock.advance(20);
  assert.deepEqual([peer.reason, peers.get('bob')], ['timeout', undefined]);
});
