// In Node: WebSocket and WebRTC of packages, which are event emitters, or none at all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join, Peers, Signaling } from '../../app/lib/beckon.js';
import { useEmitters } from './fakes/emitters.js';
import { record } from './fakes/events.js';
import { setGlobals } from './fakes/example.js';
import { startParty } from './fakes/party.js';

/** As much of a WebSocket as refuses an address that is none. */
class Picky {
  constructor(url) {
    throw new DOMException(`${url} is no address of a WebSocket`, 'SyntaxError');
  }
}

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
  const unreachable = record(ana.signaling, 'unreachable');
  server.crash();
  await clock.advance(10_000);
  assert.equal(ana.signaling.state, 'waiting');
  assert.match(unreachable[0].message, /does not open: connect ECONNREFUSED\. It may be that the server is down/);
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

test('without a WebSocket the words say what to pass, and it can be tried again', async (t) => {
  setGlobals(t, { WebSocket: undefined });
  const says = /^There is no WebSocket here\. .*new Signaling\(\{ url, WebSocket \}\)/;
  const signaling = new Signaling({ url: 'ws://test/ws' });
  assert.throws(() => signaling.open(), { name: 'TypeError', message: says });
  for (let i = 0; i < 2; i++) await assert.rejects(signaling.login({ name: 'ana' }), { name: 'TypeError', message: says });
  assert.equal(signaling.state, 'idle');
  await assert.rejects(join({ name: 'ana', url: 'ws://test/ws' }), { message: says });
});

test('a copy of the library asks for the address of the server', async () => {
  const signaling = new Signaling({ WebSocket: Picky });
  const says = /^Where is the server\? .*new Signaling\(\{ url: 'wss:\/\/HOST\/ws' \}\)/;
  assert.throws(() => signaling.open(), { name: 'TypeError', message: says });
  for (let i = 0; i < 2; i++) await assert.rejects(signaling.login({ name: 'ana' }), { name: 'TypeError', message: says });
});

test('an address that is none is said as the WebSocket says it, and ends the login', async () => {
  const signaling = new Signaling({ url: 'nonsense', WebSocket: Picky });
  for (let i = 0; i < 2; i++) await assert.rejects(signaling.login({ name: 'ana' }), { name: 'SyntaxError' });
});

test('without WebRTC the console says what to pass, once', async (t) => {
  const { ana, clock } = await startParty(t);
  const said = t.mock.method(console, 'warn', () => {});
  const peers = new Peers(ana.signaling);
  t.after(() => peers.dispose());
  for (const name of ['bob', 'bob']) {
    const peer = peers.connect(name);
    await clock.advance(10);
    assert.equal(peer.reason, 'error');
  }
  const words = said.mock.calls.map(({ arguments: [text] }) => text);
  assert.equal(words.length, 1, words.join('\n'));
  assert.match(words[0], /RTCPeerConnection.*new Peers\(signaling, \{ RTCPeerConnection \}\)/);
});
