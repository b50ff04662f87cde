// A room in which everybody is connected with everybody.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join, Peers, Room, Signaling } from '../../app/lib/beckon.js';
import { FakePage, record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

/** A party whose guests join a room by themselves; who they are, and what they were told, in order. */
async function startRoom(t) {
  const party = await startParty(t);
  const { clock, server, network } = party;
  for (const { signaling } of [party.ana, party.bob]) signaling.logout();
  async function enter(name, RTCPeerConnection = network.RTCPeerConnection) {
    const page = new FakePage();
    const signaling = new Signaling({ url: 'ws://test/ws', WebSocket: server.webSocketFor(name), random: () => 1, page });
    const room = new Room(signaling, new Peers(signaling, { RTCPeerConnection, page }), { random: () => 1 });
    t.after(() => room.leave());
    const told = [];
    room.addEventListener('peerjoin', ({ detail: { peer } }) => told.push(`${peer.name} is here`));
    room.addEventListener('peerleave', ({ detail: { peer, reason } }) => told.push(`${peer.name} is gone: ${reason}`));
    room.addEventListener('message', ({ detail: { peer, data } }) => told.push(`${peer.name}: ${data}`));
    const login = signaling.login({ name, room: 'tea' });
    await clock.advance(100);
    await login;
    return { room, told, signaling };
  }
  return { ...party, enter };
}

test('three who come one after another: each is connected with each, once', async (t) => {
  const { enter, server, clock } = await startRoom(t);
  const [kim, lou, max] = [await enter('kim'), await enter('lou'), await enter('max')];
  assert.deepEqual([kim.told, lou.told, max.told],
    [['lou is here', 'max is here'], ['kim is here', 'max is here'], ['kim is here', 'lou is here']]);
  assert.deepEqual([kim, lou, max].map(({ room }) => room.peers.length), [2, 2, 2]);
  assert.equal(server.got('offer').length, 3, 'who is there waits to be called');
  assert.deepEqual(lou.room.broadcast('hello').map(({ name }) => name), ['kim', 'max']);
  await clock.advance(10);
  assert.deepEqual([kim.told.at(-1), max.told.at(-1)], ['lou: hello', 'lou: hello']);
});

test('who leaves is gone for the others, who stay connected', async (t) => {
  const { enter, clock } = await startRoom(t);
  const [kim, lou, max] = [await enter('kim'), await enter('lou'), await enter('max')];
  lou.room.broadcast('goodbye');
  lou.room.leave();
  await clock.advance(30_000);
  for (const { told } of [kim, max]) {
    assert.deepEqual(told.slice(-2), ['lou: goodbye', 'lou is gone: closed-by-peer']);
  }
  assert.deepEqual([kim.room.peers.length, max.room.peers.length, lou.room.peers.length], [1, 1, 0]);
});

test('who was not reached is called again, for as long as they are there', async (t) => {
  const { enter, clock, network, server } = await startRoom(t);
  const kim = await enter('kim');
  network.up = false;
  const lou = await enter('lou');
  await clock.advance(18_000);
  assert.deepEqual(lou.told, []);
  network.up = true;
  await clock.advance(10_000);
  assert.deepEqual([lou.told, kim.told], [['kim is here'], ['lou is here']]);
  assert.equal(server.got('offer').length, 2, 'by who called first');
  await clock.advance(200_000);
  assert.equal(server.got('offer').length, 2, 'and no more');
});

test('who was not reached and went is not called again', async (t) => {
  const { enter, clock, network, server } = await startRoom(t);
  const kim = await enter('kim');
  network.up = false;
  await enter('lou');
  await clock.advance(16_000);
  kim.room.leave();
  await clock.advance(200_000);
  assert.equal(server.got('offer').length, 1);
});

test('where there is no WebRTC nobody is called twice', async (t) => {
  const { enter, clock, server } = await startRoom(t);
  await enter('kim');
  const lou = await enter('lou', class { constructor() { throw new TypeError('no'); } });
  const calls = record(lou.room.calls, 'peer');
  await clock.advance(200_000);
  assert.deepEqual([lou.told, calls.length, server.got('offer').length], [[], 0, 0]);
});

test('whom one hung up on is not called again', async (t) => {
  const { enter, clock, server } = await startRoom(t);
  const kim = await enter('kim');
  const lou = await enter('lou');
  lou.room.peers[0].close();
  await clock.advance(200_000);
  server.socketOf('lou').end(1006); // and comes back as the same
  await clock.advance(60_000);
  assert.equal(server.got('offer').length, 1);
  assert.deepEqual([kim.told.at(-1), lou.told.at(-1)], ['lou is gone: closed-by-peer', 'kim is gone: local']);
});

test('nor is who was not reached before, and came back by the same name in another spelling', async (t) => {
  const { enter, clock, network, server } = await startRoom(t);
  const kim = await enter('kim');
  network.up = false;
  const lou = await enter('lou');
  await clock.advance(16_000);
  kim.room.leave();
  network.up = true;
  await enter('Kim');
  assert.deepEqual(lou.told, ['Kim is here']);
  lou.room.peers[0].close();
  await clock.advance(200_000);
  assert.equal(server.got('offer').length, 2);
});

test('a server that forgot everybody: no conversation minds', async (t) => {
  const { enter, clock, server } = await startRoom(t);
  const [kim, lou] = [await enter('kim'), await enter('lou')];
  server.crash();
  await clock.advance(1_000);
  server.up = true;
  await clock.advance(60_000);
  assert.deepEqual([kim.told, lou.told], [['lou is here'], ['kim is here']]);
  assert.deepEqual([kim, lou].map(({ signaling }) => signaling.state), ['online', 'online']);
});

test('join() says what login() says, and leaves nothing behind', async (t) => {
  const { clock, server, network } = await startParty(t);
  Object.assign(globalThis, { WebSocket: server.WebSocket });
  t.after(() => delete globalThis.WebSocket);
  const { RTCPeerConnection } = network;
  const url = 'ws://test/ws';
  const refused = assert.rejects(join({ url, name: 'ana', RTCPeerConnection, page: null }), { code: 'name_taken' });
  await clock.advance(100);
  await refused;
  assert.equal(server.last.readyState, 3);
});

test('join() hands on what its parts take', async (t) => {
  const { clock, server, network } = await startParty(t);
  const { RTCPeerConnection } = network;
  const page = new FakePage();
  const enter = async (name, options) => {
    const joining = join({ name, url: 'ws://test/ws', WebSocket: server.WebSocket, RTCPeerConnection, page: null, ...options });
    await clock.advance(100);
    const room = await joining;
    t.after(() => room.leave());
    return room;
  };
  const asked = [];
  const kim = await enter('kim', { page, backoff: { base: 1, cap: 1 }, accept: ({ name }) => asked.push(name) && name !== 'max' });
  server.last.end(1006);
  await clock.advance(10);
  assert.equal(kim.signaling.state, 'online', 'the wait is short');
  const max = await enter('max');
  await clock.advance(120_000);
  assert.deepEqual(asked, ['max'], 'who is refused does not call again');
  for (const { peers } of [kim, max]) assert.deepEqual(peers.map(({ name }) => name), ['ana', 'bob']);
  page.fire('pagehide');
  assert.equal(kim.signaling.state, 'waiting');
});

test('out of touch: nobody has left, nothing goes there, and whoever is back is there as before', async (t) => {
  const { enter, clock, network } = await startRoom(t);
  const [kim, lou] = [await enter('kim'), await enter('lou')];
  network.up = false;
  network.lose('disconnected');
  assert.deepEqual([lou.room.peers, lou.room.broadcast('hello')], [[], []]);
  await clock.advance(100_000);
  assert.deepEqual([kim.told, lou.told], [['lou is here'], ['kim is here']]);
  network.up = true;
  await clock.advance(30_000);
  assert.deepEqual([lou.room.peers.length, lou.room.broadcast('hello').length], [1, 1]);
  await clock.advance(10);
  assert.deepEqual([kim.told, lou.told], [['lou is here', 'lou: hello'], ['kim is here']]);
});

test('one who is too slow holds up nobody, and is waited for by whoever wants to', async (t) => {
  const { enter, clock, network } = await startRoom(t);
  await enter('kim');
  await enter('lou');
  const max = await enter('max');
  const channels = network.all.flatMap((pc) => pc.channels);
  for (const channel of channels) channel.rate = 10_000;
  const slow = max.room.peers.find(({ name }) => name === 'kim');
  slow.send(new Uint8Array(4_000_000));
  assert.deepEqual(max.room.broadcast('hello').map(({ name }) => name), ['kim', 'lou']);
  let waited = false;
  Promise.all(max.room.peers.map((peer) => peer.drained())).then(() => { waited = true; });
  await clock.advance(100);
  assert.equal(waited, false);
  await clock.advance(1_000);
  assert.equal(waited, true);
});

test('another join() is another user: not by the same name, before the first has left', async (t) => {
  const { clock, server, network } = await startParty(t);
  const { RTCPeerConnection } = network;
  const enter = async (name) => {
    const joining = join({ name, url: 'ws://test/ws', WebSocket: server.WebSocket, RTCPeerConnection, page: null });
    joining.catch(() => {});
    await clock.advance(100);
    const room = await joining;
    t.after(() => room.leave());
    return room;
  };
  const kim = await enter('kim');
  await assert.rejects(enter('kim'), { code: 'name_taken' });
  const lou = await enter('lou');
  assert.deepEqual(lou.peers.map(({ name }) => name), ['ana', 'bob', 'kim'], 'the first goes on');
  kim.leave();
  const again = await enter('kim');
  assert.notEqual(again, kim);
  assert.equal(again.peers.length, 3);
});
