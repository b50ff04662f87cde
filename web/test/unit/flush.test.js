// What was sent last arrives before the end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

async function slowly(t) {
  const party = await startParty(t);
  const { ana, bob, clock, network } = party;
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  network.all[0].channels[0].rate = 1;
  const other = bob.peers.get('ana');
  const heard = record(other, 'message');
  for (let i = 0; i < 20; i++) peer.send('x'.repeat(100));
  return { ...party, peer, other, heard };
}

test('close() lets what was sent arrive, and then says goodbye', async (t) => {
  const { ana, clock, peer, other, heard, network, server } = await slowly(t);
  peer.close();
  assert.deepEqual([peer.state, peer.reason], ['closed', 'local']);
  assert.throws(() => peer.send('late'), { name: 'InvalidStateError' });
  assert.equal(ana.peers.get('bob'), undefined);
  await clock.advance(1_500);
  assert.equal(other.state, 'open');
  await clock.advance(600);
  assert.equal(heard.length, 20);
  assert.deepEqual([other.state, other.reason], ['closed', 'closed-by-peer']);
  await clock.advance(1_000);
  assert.deepEqual(network.open, []);
  assert.equal(server.got('leave').length, 1);
});

test('that takes so long at most', async (t) => {
  const { clock, peer, other, heard, network } = await slowly(t);
  peer.close({ flush: 1_000 });
  await clock.advance(1_010);
  assert.deepEqual([other.state, other.reason], ['closed', 'hangup']);
  assert.ok(heard.length >= 9 && heard.length <= 10, String(heard.length));
  await clock.advance(1_000);
  assert.deepEqual(network.open, []);
});

test('what has left already arrives too, however late, before the goodbye by the server', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  const other = bob.peers.get('ana');
  const heard = record(other, 'message');
  network.all[0].channels[0].delay = 1_500;
  peer.send('the last word');
  peer.close();
  await clock.advance(2_010);
  assert.deepEqual(heard, [{ data: 'the last word' }]);
  assert.deepEqual([other.state, other.reason], ['closed', 'closed-by-peer']);
  assert.equal(server.got('leave').length, 0);
  await clock.advance(1_000);
  assert.equal(server.got('leave').length, 1);
  assert.deepEqual(network.open, []);
});

test('a channel that was used is not closed before the other side can know of it; one that was not is at once', async (t) => {
  for (const [words, before, after] of [[['hello'], 'open', 'closed'], [[], 'closed', 'closed']]) {
    const { ana, bob, clock } = await startParty(t);
    const peer = ana.peers.connect('bob');
    peer.addEventListener('open', () => {
      for (const word of words) peer.send(word);
      peer.close();
    });
    const heard = [];
    const states = [];
    bob.peers.addEventListener('peer', ({ detail: { peer: bobs } }) => {
      bobs.addEventListener('message', ({ detail: { data } }) => heard.push(data));
      bobs.addEventListener('state', () => states.push(bobs.state));
    });
    await clock.advance(400);
    assert.equal(states.at(-1), before);
    await clock.advance(200);
    assert.deepEqual([states.at(-1), heard], [after, words]);
  }
});

for (const [when, pause] of [['at once', 10], ['later', 2_000]]) {
  test(`who is called and says a word as the channel opens can hang up ${when}, whatever the browser counts`, async (t) => {
    const { ana, bob, clock, network } = await startParty(t);
    bob.peers.addEventListener('peer', ({ detail: { peer: bobs } }) => bobs.addEventListener('open', () => {
      network.all.at(-1).channels[0].sticky = true;
      bobs.send('hello');
    }));
    const peer = ana.peers.connect('bob');
    const heard = record(peer, 'message');
    await clock.advance(50 + pause);
    const bobs = bob.peers.get('ana');
    bobs.close();
    await clock.advance(600);
    assert.deepEqual([peer.state, peer.reason, heard], ['closed', 'closed-by-peer', [{ data: 'hello' }]]);
  });
}

test('what the browser counts wrongly is not said to be unsent', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  ana.peers.connect('bob');
  bob.peers.addEventListener('peer', ({ detail: { peer: bobs } }) => bobs.addEventListener('open', () => {
    network.all.at(-1).channels[0].sticky = true;
    bobs.send('hello');
  }));
  await clock.advance(50);
  const bobs = bob.peers.get('ana');
  assert.equal(bobs.bufferedAmount, 5);
  await clock.advance(600);
  assert.equal(bobs.bufferedAmount, 0);
});

test('nobody waits long for a line that is dead', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  const other = bob.peers.get('ana');
  network.all[0].channels[0].delay = 60_000;
  peer.close();
  await clock.advance(2_510);
  assert.deepEqual([other.state, other.reason], ['closed', 'hangup']);
});

test('flush: 0 cuts it off', async (t) => {
  const { clock, peer, other, heard } = await slowly(t);
  peer.close({ flush: 0 });
  await clock.advance(10);
  assert.deepEqual([other.state, other.reason, heard.length], ['closed', 'hangup', 0]);
});

test('who calls again meanwhile has another conversation, which the old goodbye does not end', async (t) => {
  const { ana, bob, clock, peer, other } = await slowly(t);
  peer.close();
  await clock.advance(100);
  const again = ana.peers.connect('bob');
  await clock.advance(15_000);
  assert.deepEqual([again.state, bob.peers.get('ana').state], ['open', 'open']);
  assert.equal(bob.peers.get('ana'), other);
});

test('out of touch there is nothing to wait for', async (t) => {
  const { clock, peer, other, network } = await slowly(t);
  network.up = false;
  network.lose('disconnected');
  peer.close();
  await clock.advance(10);
  assert.deepEqual([other.state, other.reason], ['closed', 'hangup']);
});
