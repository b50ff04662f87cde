import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startParty } from './fakes/party.js';

/** ana and bob, talking. */
async function startTalk(t) {
  const party = await startParty(t);
  const peer = party.ana.peers.connect('bob');
  await party.clock.advance(50);
  const other = party.bob.peers.get('ana');
  assert.equal(peer.state, 'open');
  const [pc] = party.network.all;
  return { ...party, peer, other, pc };
}

test('out of touch: shown, healed, shown', async (t) => {
  const { ana, clock, network, peer, server } = await startTalk(t);
  network.lose('disconnected');
  assert.equal(peer.state, 'reconnecting');
  assert.throws(() => peer.send('x'), { name: 'InvalidStateError' });
  await clock.advance(2000);
  network.lose('connected');
  await clock.advance(60_000);
  assert.deepEqual(ana.states('bob'), ['open', 'open direct', 'reconnecting direct', 'open direct']);
  assert.equal(server.got('offer').length, 1, 'it healed by itself');
});

test('out of touch with a peer: perhaps it is our own network', async (t) => {
  const { ana, clock, network, server } = await startTalk(t);
  const socket = server.socketOf('ana');
  socket.die();
  network.lose('disconnected');
  await clock.advance(3000);
  assert.equal(ana.signaling.state, 'waiting', 'the dead socket was found out');
  assert.equal(server.got('ping').length, 1, 'bob asked too');
});

test('a lasting loss restarts ICE: the impolite side first', async (t) => {
  const { clock, network, peer, other, pc, server } = await startTalk(t);
  const before = pc.ufrag;
  network.lose('disconnected');
  await clock.advance(2600);
  const offers = server.got('offer');
  assert.equal(offers.length, 2);
  assert.equal(offers.filter(({ name }) => name === 'ana').length, 1, "bob's offer");
  assert.equal(offers[0].call, offers[1].call, 'the same call');
  assert.notEqual(pc.ufrag, before);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
  await clock.advance(60_000);
  assert.equal(server.got('offer').length, 2, 'once is enough');
  assert.equal(network.all.length, 2, 'no new connection was made');
});

test('ICE failed: the restart comes at once', async (t) => {
  const { clock, network, peer, server } = await startTalk(t);
  network.lose('failed');
  assert.equal(peer.state, 'reconnecting');
  await clock.advance(10);
  assert.equal(server.got('offer').length, 2);
  assert.equal(peer.state, 'open');
});

test('both restart at the same moment: the pattern sorts it out', async (t) => {
  const { clock, network, peer, other } = await startTalk(t);
  peer.restartIce();
  other.restartIce();
  await clock.advance(50);
  const [a, b] = network.all;
  assert.deepEqual([a.signalingState, b.signalingState], ['stable', 'stable']);
  assert.equal(a.settledWith(b) && b.settledWith(a), true);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
  assert.deepEqual([a.rollbacks, b.rollbacks], [1, 0], 'ana is the polite one');
});

test('an answer that cannot be applied does not wedge the connection', async (t) => {
  const { clock, network, peer, other, pc } = await startTalk(t);
  pc.failNext = 'answer';
  peer.restartIce();
  await clock.advance(50);
  assert.deepEqual([peer.state, pc.signalingState], ['open', 'stable']);
  other.restartIce();
  await clock.advance(50);
  const [a, b] = network.all;
  assert.equal(a.settledWith(b) && b.settledWith(a), true);
});

test('answers that come twice are ignored', async (t) => {
  const { clock, peer, pc, server } = await startTalk(t);
  const [answer] = server.got('answer');
  for (let i = 0; i < 5; i++) server.handle(server.socketOf('bob'), answer);
  await clock.advance(10);
  const before = pc.ufrag;
  peer.restartIce();
  await clock.advance(50);
  assert.notEqual(pc.ufrag, before);
  assert.equal(peer.state, 'open');
});

test('a browser that refuses every answer is not asked for ever', async (t) => {
  const { clock, peer, pc, server } = await startTalk(t);
  Object.defineProperty(pc, 'failNext', { get: () => 'answer', set: () => {} });
  peer.restartIce();
  await clock.advance(60_000);
  assert.ok(server.got('offer').length <= 4);
  assert.equal(peer.state, 'open');
});

test('a later offer names the DTLS role that was settled', async (t) => {
  const { clock, peer, other, server } = await startTalk(t);
  peer.restartIce();
  await clock.advance(50);
  other.restartIce();
  await clock.advance(50);
  const [first, second, third] = server.got('offer').map(({ offer }) => /a=setup:(\w+)/.exec(offer.sdp)[1]);
  assert.deepEqual([first, second], ['actpass', 'passive']); // bob answered active
  assert.equal(third, server.got('offer')[2].name === 'ana' ? 'active' : 'passive');
});

test('no way back: three tries in thirty seconds, then failed', async (t) => {
  const { clock, network, peer, server } = await startTalk(t);
  network.up = false;
  network.lose('disconnected');
  await clock.advance(29_900);
  assert.equal(peer.state, 'reconnecting');
  await clock.advance(200);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'ice-failed']);
  const tries = server.got('offer').length - 1;
  assert.equal(tries, 6, 'three from each side');
});

test('a lost signaling socket does not disturb an open connection', async (t) => {
  const { ana, bob, clock, peer, other, server } = await startTalk(t);
  server.crash();
  await clock.advance(60_000);
  peer.send('still there?');
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
  server.up = true;
  await clock.advance(60_000);
  assert.deepEqual([ana.signaling.state, bob.signaling.state], ['online', 'online']);
  assert.deepEqual(ana.states('bob'), ['open', 'open direct']);
  assert.deepEqual(bob.states('ana'), ['open', 'open direct']);
  assert.equal(server.got('offer').length, 1);
});

test('out of touch without the server: the restart waits for it', async (t) => {
  const { clock, network, peer, other, server } = await startTalk(t);
  const { ufrag } = network.all[0];
  server.crash();
  network.lose('disconnected');
  await clock.advance(10_000);
  assert.equal(peer.state, 'reconnecting');
  assert.equal(network.all[0].ufrag, ufrag, 'no offer into the void');
  server.up = true;
  await clock.advance(15_000);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
});

test('out of touch with somebody who has not come back to a restarted server', async (t) => {
  const { bob, clock, network, peer, server } = await startTalk(t);
  server.crash();
  bob.signaling.close();
  server.up = true;
  await clock.advance(600);
  network.lose('failed');
  await clock.advance(29_000);
  assert.equal(peer.state, 'reconnecting', 'it may yet come');
  assert.equal(server.got('offer').length, 1, 'but is not called in vain');
  await clock.advance(1000);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'ice-failed']);
});

test('a crashed page: reconnecting, and closed because it left the server too', async (t) => {
  const { ana, bob, clock, network, peer } = await startTalk(t);
  network.all[1].vanish();
  bob.signaling.close();
  await clock.advance(6000);
  network.all[0].become('disconnected');
  assert.equal(peer.state, 'reconnecting');
  await clock.advance(4900);
  assert.equal(peer.state, 'reconnecting');
  await clock.advance(200);
  assert.deepEqual([peer.state, peer.reason], ['closed', 'left']);
  assert.deepEqual(ana.peers.all, []);
});

test('a crashed page is shown within ten seconds though ICE is slower', async (t) => {
  const { bob, clock, network, peer } = await startTalk(t);
  network.all[1].vanish();
  await clock.advance(9000);
  assert.equal(peer.state, 'reconnecting', 'the server has not said anything yet');
  bob.signaling.close();
  network.all[0].become('disconnected');
  await clock.advance(5100);
  assert.deepEqual([peer.state, peer.reason], ['closed', 'left']);
});

test('who left the server but not us goes on talking', async (t) => {
  const { ana, bob, clock, peer } = await startTalk(t);
  bob.signaling.close();
  await clock.advance(120_000);
  assert.equal(peer.state, 'open');
  assert.deepEqual(ana.states('bob'), ['open', 'open direct']);
});

test('gone, out of touch, and back in time: ICE restarts', async (t) => {
  const { bob, clock, network, peer, other } = await startTalk(t);
  bob.signaling.logout();
  network.lose('disconnected');
  await clock.advance(3000);
  assert.equal(peer.state, 'reconnecting');
  network.up = false;
  bob.signaling.login({ name: 'bob' });
  await clock.advance(5000);
  assert.equal(peer.state, 'reconnecting', 'being back stops the clock');
  network.up = true;
  await clock.advance(10_000);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
});

test('gone and failed: no reason to wait', async (t) => {
  const { bob, clock, network, peer } = await startTalk(t);
  bob.signaling.close();
  await clock.advance(10);
  network.all[1].vanish();
  network.all[0].become('disconnected');
  await clock.advance(1000);
  network.all[0].become('failed');
  assert.deepEqual([peer.state, peer.reason], ['closed', 'left']);
});

test('a restart answered by a reloaded page becomes a new call', async (t) => {
  const { ana, bob, clock, network, peer, server, join } = await startTalk(t);
  server.intercept = (socket, { type }) => type === 'offer';
  network.all[1].vanish();
  bob.signaling.close();
  await clock.advance(10);
  const again = await join('bob');
  network.all[0].become('disconnected');
  server.intercept = () => false;
  await clock.advance(6000);
  assert.deepEqual([peer.state, again.peers.get('ana').state], ['open', 'open']);
  assert.equal(ana.peers.get('bob'), peer);
  assert.equal(new Set(server.got('offer').map(({ call }) => call)).size, 2);
});

test('a channel that breaks while out of touch is a failure, not a goodbye', async (t) => {
  const { clock, network, peer, pc } = await startTalk(t);
  network.lose('disconnected');
  pc.hearClose();
  await clock.advance(1);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'ice-failed']);
});

test('a call made while the server is away goes out when it is back', async (t) => {
  const { ana, clock, server } = await startParty(t);
  server.crash();
  const peer = ana.peers.connect('bob');
  await clock.advance(10);
  server.up = true;
  await clock.advance(3000);
  assert.equal(peer.state, 'open');
});

test('no path at first: the caller looks once more, then says so', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  network.up = false;
  const peer = ana.peers.connect('bob');
  await clock.advance(20);
  const other = bob.peers.get('ana');
  network.lose('failed');
  await clock.advance(20);
  assert.equal(server.got('offer').length, 2);
  assert.equal(peer.state, 'connecting');
  for (const pc of network.open) pc.connectionState = 'connecting';
  network.lose('failed');
  assert.deepEqual([peer.state, peer.reason], ['failed', 'ice-failed']);
  await clock.advance(15_000);
  assert.deepEqual([other.state, other.reason], ['failed', 'ice-failed']);
});

test('a relay is reported as one, also when the path changes', async (t) => {
  const { clock, network, peer } = await startTalk(t);
  network.relay = true;
  network.lose('disconnected');
  network.lose('connected');
  await clock.advance(10);
  assert.equal(peer.path, 'relay');
});
