// What comes earlier than one would think, and what looks like something else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRoute } from '../../app/lib/path.js';
import { startParty } from './fakes/party.js';

test('candidates that overtake the answer wait for it', async (t) => {
  const { ana, clock, network, server } = await startParty(t);
  const held = [];
  let holding = true;
  server.intercept = (socket, frame) => {
    if (frame.type === 'answer' && holding) held.push([socket, frame]);
    return frame.type === 'answer' && holding;
  };
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  const [pc] = network.all;
  assert.equal(pc.remoteDescription, null);
  assert.deepEqual([held.length, pc.added.length, pc.refused.length], [1, 0, 0]);
  assert.ok(server.got('candidate').some(({ name }) => name === 'ana'), 'there are some');
  holding = false;
  for (const [socket, frame] of held) server.handle(socket, frame);
  await clock.advance(50);
  assert.equal(peer.state, 'open');
  assert.ok(pc.added.length > 0);
});

test('route: the pair that the transport has selected, whatever other pairs there are', async () => {
  const pair = (id, end) => ({ id, type: 'candidate-pair', localCandidateId: end, remoteCandidateId: end, nominated: true, state: 'succeeded' });
  const stats = [
    pair('before', 'direct'), pair('used', 'relayed'), pair('after', 'direct'),
    { id: 'direct', candidateType: 'host' }, { id: 'relayed', candidateType: 'relay' },
    { id: 't', type: 'transport', selectedCandidatePairId: 'used' },
  ];
  const route = await readRoute({ getStats: async () => new Map(stats.map((stat) => [stat.id, stat])) });
  assert.equal(route, 'relay-udp');
});
