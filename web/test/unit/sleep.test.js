// Machines that sleep: who wakes up tries before giving up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startParty } from './fakes/party.js';

async function outOfTouch(t) {
  const party = await startParty(t);
  const { ana, clock, network } = party;
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  assert.equal(peer.state, 'open');
  network.up = false;
  network.lose('failed');
  await clock.advance(5_000);
  assert.equal(peer.state, 'reconnecting');
  return { ...party, peer };
}

for (const [title, ms] of [['two minutes', 120_000], ['a night', 8 * 3_600_000]]) {
  test(`asleep for ${title} while reconnecting: a try comes first, and it may do`, async (t) => {
    const { clock, network, peer, bob } = await outOfTouch(t);
    network.up = true;
    await clock.sleep(ms);
    assert.equal(peer.state, 'reconnecting');
    await clock.advance(20_000);
    assert.deepEqual([peer.state, bob.peers.get('ana').state], ['open', 'open']);
  });
}

test('if nothing comes of it, that is the end, when it was awake for two minutes', async (t) => {
  const { clock, peer } = await outOfTouch(t);
  await clock.sleep(120_000);
  await clock.advance(100_000);
  assert.equal(peer.state, 'reconnecting');
  await clock.advance(20_000);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'ice-failed']);
});

test('timers that are always late are not waited for without end', async (t) => {
  const { clock, peer } = await outOfTouch(t);
  for (let minute = 0; minute < 14 && peer.state === 'reconnecting'; minute++) {
    await clock.sleep(59_000);
    await clock.advance(1_000);
  }
  assert.equal(peer.state, 'failed');
});

test('asleep while the other side was away: it may be back', async (t) => {
  const { clock, network, peer, bob, join } = await outOfTouch(t);
  bob.signaling.close();
  await clock.advance(1_000);
  await clock.sleep(120_000);
  assert.equal(peer.state, 'reconnecting');
  network.up = true;
  await join('bob');
  await clock.advance(20_000);
  assert.equal(peer.state, 'open');
});

test('asleep while connecting: what is left of its time it has', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  network.up = false;
  const peer = ana.peers.connect('bob');
  await clock.advance(2_000);
  await clock.sleep(60_000);
  assert.equal(peer.state, 'connecting');
  network.up = true;
  bob.peers.get('ana').restartIce();
  await clock.advance(1_000);
  assert.equal(peer.state, 'open');
});
