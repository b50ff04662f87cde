// What a Peer tells of itself besides `state`, for those who want to know one thing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

test('close comes once, with the reason, at both ends', async (t) => {
  const { ana, bob, clock } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  const ends = [record(peer, 'close'), record(bob.peers.get('ana'), 'close')];
  peer.close();
  peer.close();
  await clock.advance(2_000);
  assert.deepEqual(ends, [[{ state: 'closed', reason: 'local' }], [{ state: 'closed', reason: 'closed-by-peer' }]]);
});

test('close comes for a call that failed, and not again when it is put away', async (t) => {
  const { ana, clock, network } = await startParty(t);
  network.up = false;
  const peer = ana.peers.connect('bob');
  const ends = record(peer, 'close');
  await clock.advance(15_100);
  assert.deepEqual(ends, [{ state: 'failed', reason: 'no-relay' }]);
  peer.close();
  assert.equal(ends.length, 1);
});

test('a listener of open that hangs up: closed is the last word', async (t) => {
  const { ana, clock } = await startParty(t);
  const peer = ana.peers.connect('bob');
  const told = ['open', 'route', 'close'].map((type) => record(peer, type));
  peer.addEventListener('state', () => peer.state === 'open' && peer.close());
  await clock.advance(50);
  assert.deepEqual(told.map((list) => list.length), [0, 0, 1]);
});

test('route comes when the way is known, and when it is another one', async (t) => {
  const { ana, clock, network } = await startParty(t);
  const peer = ana.peers.connect('bob');
  const routes = record(peer, 'route');
  await clock.advance(50);
  assert.deepEqual(routes, [{ route: 'same-network', path: 'direct' }]);
  network.relay = true;
  network.lose('disconnected');
  await clock.advance(5_000);
  assert.deepEqual(routes.slice(1).map(({ path }) => path), ['relay']);
});

test('a listener that hangs up when the way is known: no route is told of after the end', async (t) => {
  const { ana, clock } = await startParty(t);
  const peer = ana.peers.connect('bob');
  const told = ['open', 'route', 'close'].map((type) => record(peer, type));
  peer.addEventListener('state', () => peer.state === 'open' && peer.route && peer.close());
  await clock.advance(50);
  assert.deepEqual(told.map((list) => list.length), [1, 0, 1]);
});

test('opened: the Peer, or why not', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  const { opened } = ana.peers.connect('bob');
  await clock.advance(50);
  assert.equal(await opened, ana.peers.get('bob'));
  const peer = bob.peers.get('ana');
  peer.close();
  assert.equal(await peer.opened, peer, 'it has been open');
  await clock.advance(2_000);
  network.up = false;
  const failing = ana.peers.connect('bob');
  const early = assert.rejects(failing.opened, { name: 'NetworkError', message: 'Not connected to bob: local' });
  failing.close();
  await early;
  await assert.rejects(failing.opened, { name: 'NetworkError' });
});

test('id and fingerprint are those of the other end', async (t) => {
  const { ana, bob, clock } = await startParty(t);
  const peer = ana.peers.connect('bob');
  assert.equal(peer.fingerprint, '');
  await clock.advance(50);
  assert.equal(peer.id, bob.signaling.me.id);
  assert.match(peer.fingerprint, /^sha-256 \S+$/i);
  assert.equal(peer.fingerprint, peer.identity.fingerprint);
});

test('broadcast reaches all that are open but one, whatever becomes of another', async (t) => {
  const { ana, bob, join, clock } = await startParty(t);
  const zed = await join('zed');
  const kim = await join('kim');
  for (const name of ['bob', 'zed', 'kim']) ana.peers.connect(name);
  await clock.advance(100);
  const late = await join('late');
  ana.peers.connect('late');
  const heard = [bob, zed, kim].map(({ peers }) => record(peers.get('ana'), 'message'));
  const [first, second, third] = ['bob', 'zed', 'kim'].map((name) => ana.peers.get(name));
  second.send = () => { throw new DOMException('full', 'OperationError'); };
  assert.deepEqual(ana.peers.broadcast('hello', { except: third }), [first]);
  await clock.advance(10);
  assert.deepEqual(heard.map((list) => list.map(({ data }) => data)), [['hello'], [], []]);
  assert.equal(late.peers.all.length, 1);
});
