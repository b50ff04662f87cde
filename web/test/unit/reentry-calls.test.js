// Listeners that change everything while they are being told, with calls under way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Peers, Room, Signaling } from '../../app/lib/beckon.js';
import { FakePage } from './fakes/events.js';
import { startParty } from './fakes/party.js';

/** ana and bob, connected. */
async function startTalk(t) {
  const party = await startParty(t);
  const peer = party.ana.peers.connect('bob');
  await party.clock.advance(50);
  assert.equal(peer.state, 'open');
  return { ...party, peer };
}

/** kim, whose own listeners were there before the library's. */
function startKim(t, { server, network }, listen) {
  const page = new FakePage();
  const signaling = new Signaling({ url: 'ws://test/ws', WebSocket: server.webSocketFor('kim'), random: () => 1, page });
  listen(signaling);
  const peers = new Peers(signaling, { RTCPeerConnection: network.RTCPeerConnection, page });
  t.after(() => {
    peers.dispose();
    signaling.close();
  });
  return { signaling, peers };
}

const once = (target, type, then) => target.addEventListener(type, then, { once: true });
const stateOf = (peer) => [peer.state, peer.reason];

test('touch is lost, so the server is asked, too: who is told hangs up, and that is it', async (t) => {
  const { ana, clock, network, server, peer } = await startTalk(t);
  server.last.machine = 'bob';
  server.socketOf('ana').end(1006);
  once(ana.signaling, 'state', () => peer.close()); // connecting
  network.lose('disconnected');
  assert.equal(ana.signaling.state, 'connecting');
  await clock.advance(200_000);
  assert.deepEqual(stateOf(peer), ['closed', 'local']);
});

test('who hangs up when told of the route leaves no timer behind', async (t) => {
  const { ana, bob, clock, network } = await startParty(t, {
    arrange: (server) => {
      server.iceServers = [{ urls: 'turn:t.example', username: 'u', credential: 'c' }];
      server.iceTtl = 86_400;
    },
  });
  network.relay = true;
  const peer = ana.peers.connect('bob');
  once(peer, 'route', () => peer.close());
  await clock.advance(60_000);
  assert.deepEqual([...stateOf(peer), peer.route], ['closed', 'local', null]);
  for (const { peers, signaling } of [ana, bob]) {
    peers.dispose();
    signaling.close();
  }
  await clock.advance(60_000);
  assert.equal(clock.pending, 0);
});

test('somebody else calls by a name that is just being called, and is called back: one connection', async (t) => {
  const { ana, bob, clock, peer, comeAnother } = await startTalk(t);
  const { identity } = peer;
  peer.close();
  await clock.advance(1_000);
  bob.signaling.close();
  await clock.advance(10);
  const stranger = await comeAnother('bob');
  const wanted = ana.peers.connect('bob', { identity });
  let again;
  once(wanted, 'close', () => { again = ana.peers.connect('bob'); });
  const theirs = stranger.peers.connect('ana');
  await clock.advance(50);
  assert.deepEqual([stateOf(wanted), stateOf(theirs)], [['failed', 'replaced'], ['closed', 'hangup']]);
  assert.deepEqual([again.state, stranger.peers.get('ana').state], ['open', 'open']);
  assert.deepEqual([ana.peers.get('bob') === again, ana.peers.all.length, ana.events.length], [true, 1, 3]);
});

test('whoever calls as all is being disposed of has nobody any more', async (t) => {
  const { ana, peer } = await startTalk(t);
  const thrown = [];
  once(peer, 'close', () => {
    try {
      ana.peers.connect('bob');
    } catch ({ name }) {
      thrown.push(name);
    }
  });
  ana.peers.dispose();
  assert.deepEqual([thrown, ana.peers.all], [['InvalidStateError'], []]);
});

test('who logs out as the others are called calls no more of them', async (t) => {
  const party = await startParty(t);
  const kim = startKim(t, party, () => {});
  const room = new Room(kim.signaling, kim.peers);
  once(kim.peers, 'peer', () => kim.signaling.logout());
  const granted = kim.signaling.login({ name: 'kim' });
  await party.clock.advance(50);
  await granted;
  assert.deepEqual([kim.signaling.state, kim.peers.all.length], ['ready', 1]);
  room.leave();
});

test('no connection is kept ready for who logs out as soon as that is granted', async (t) => {
  const idle = [];
  globalThis.requestIdleCallback = (then) => idle.push(then);
  t.after(() => { delete globalThis.requestIdleCallback; });
  const party = await startParty(t);
  idle.splice(0);
  const kim = startKim(t, party, (signaling) => {
    signaling.addEventListener('state', ({ detail: { state } }) => state === 'online' && signaling.logout());
  });
  const granted = kim.signaling.login({ name: 'kim' });
  await party.clock.advance(50);
  await granted;
  for (const then of idle) then();
  assert.equal(party.network.all.length, 0);
});

test('a goodbye that is still due is not forgotten by who logs out just then', async (t) => {
  const party = await startParty(t);
  const { bob, clock, network, server } = party;
  let leave = false;
  const kim = startKim(t, party, (signaling) => signaling.addEventListener('joined', () => leave && signaling.logout()));
  const login = async () => {
    const granted = kim.signaling.login({ name: 'kim' });
    await clock.advance(50);
    await granted;
  };
  await login();
  const peer = kim.peers.connect('bob');
  await clock.advance(50);
  network.up = false;
  network.lose('failed');
  server.cutOff.add('bob');
  server.socketOf('bob').end(1000);
  await clock.advance(10);
  server.socketOf('kim').end(1006); // she cannot tell anybody
  peer.close();
  leave = true;
  await clock.advance(1_000);
  server.cutOff.clear();
  bob.page.fire('online');
  await clock.advance(2_000);
  assert.equal(kim.signaling.state, 'ready');
  leave = false;
  await login();
  assert.equal(bob.peers.get('kim'), undefined);
  assert.ok(server.got('leave').some(({ name }) => name === 'bob'));
});
