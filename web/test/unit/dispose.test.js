// A Peers that is done with.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Peers } from '../../app/lib/beckon.js';
import { settle } from './fakes/clock.js';
import { startParty } from './fakes/party.js';

test('close() hangs up on everybody, and calls are still answered', async (t) => {
  const { ana, bob, clock } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  bob.peers.close();
  await clock.advance(50);
  assert.deepEqual([peer.state, peer.reason], ['closed', 'closed-by-peer']);
  const again = ana.peers.connect('bob');
  await clock.advance(50);
  assert.equal(again.state, 'open');
});

test('dispose() hangs up, answers nobody, and calls nobody', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  bob.peers.dispose();
  await clock.advance(50);
  assert.deepEqual([peer.state, peer.reason], ['closed', 'closed-by-peer']);
  const connections = network.all.length;
  const again = ana.peers.connect('bob');
  await clock.advance(20_000);
  assert.deepEqual([again.state, again.reason], ['failed', 'timeout']);
  assert.equal(bob.peers.all.length, 0);
  assert.equal(network.all.length, connections + 1, 'none at the other end');
  assert.throws(() => bob.peers.connect('ana'), { name: 'InvalidStateError' });
  bob.peers.dispose();
  assert.equal(bob.signaling.state, 'online');
});

test('disposed of, it is garbage, while signaling and page go on', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const { ana, bob, clock, network } = await startParty(t, {
    prepare: (page) => { page.navigator = { connection: Object.assign(new EventTarget(), { type: 'wifi' }) }; },
  });
  const refs = Array.from({ length: 5 }, () => {
    const peers = new Peers(bob.signaling, { RTCPeerConnection: network.RTCPeerConnection, page: bob.page });
    bob.page.fire('online');
    peers.dispose();
    return new WeakRef(peers);
  });
  await clock.advance(60_000);
  await settle();
  collect();
  // The engine itself may hold on to the last one for a while.
  assert.deepEqual(refs.slice(0, -1).filter((ref) => ref.deref()), []);
  ana.peers.connect('bob');
  await clock.advance(50);
  assert.equal(bob.peers.get('ana').state, 'open', 'the one that is left answers');
});
