// In Node: WebSocket and WebRTC of packages, which are event emitters.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useEmitters } from './fakes/emitters.js';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

test('a closed client stays so', async (t) => {
  useEmitters(t);
  const { ana, clock, server } = await startParty(t);
  const states = record(ana.signaling, 'state');
  ana.peers.dispose();
  ana.signaling.close();
  await clock.advance(60_000);
  assert.deepEqual(states.map(({ state }) => state), ['closed']);
  assert.equal(server.sockets.length, 2);
});

test('a socket that was given up is not heard any more', async (t) => {
  useEmitters(t);
  const { ana, clock, server } = await startParty(t);
  server.socketOf('ana').die();
  ana.signaling.retryNow();
  await clock.advance(60_000);
  const { length } = server.sockets;
  server.sockets[0].dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '' })); // late
  await clock.advance(60_000);
  assert.equal(ana.signaling.state, 'online');
  assert.equal(server.sockets.length, length);
});

test('a server that is not there is waited for, and ends no process', async (t) => {
  useEmitters(t);
  const { ana, clock, server } = await startParty(t);
  server.crash();
  await clock.advance(10_000);
  assert.equal(ana.signaling.state, 'waiting');
  server.up = true;
  await clock.advance(60_000);
  assert.equal(ana.signaling.state, 'online');
});

test('a connection that was given up does not end the one in its place', async (t) => {
  useEmitters(t);
  const { ana, bob, clock, network } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(300);
  network.up = false;
  network.lose('disconnected');
  network.lose('failed');
  await clock.advance(25_000);
  network.up = true;
  await clock.advance(20_000);
  assert.deepEqual([peer.state, peer.epoch], ['open', 2]);
  assert.equal(bob.peers.get('ana').state, 'open');
});

test('what is binary arrives as an ArrayBuffer, in one or in chunks', async (t) => {
  useEmitters(t);
  const { ana, bob, clock } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(300);
  const heard = record(bob.peers.get('ana'), 'message');
  const sent = [3, 200_000].map((size) => new Uint8Array(size).fill(7));
  for (const data of sent) peer.send(data);
  await clock.advance(1_000);
  assert.deepEqual(heard.map(({ data }) => data), sent.map(({ buffer }) => buffer));
});
