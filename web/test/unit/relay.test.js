// Never showing one's address: by one's own will, or by the server's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

const TURN = Object.freeze({ urls: 'turn:t.example', username: 'u', credential: 'c' });
const withRelay = (server) => { server.iceServers = [TURN]; };
const policies = (network) => network.all.map((pc) => pc.getConfiguration().iceTransportPolicy);

function useIdleness(t) {
  const waiting = [];
  globalThis.requestIdleCallback = (then) => waiting.push(then);
  t.after(() => { delete globalThis.requestIdleCallback; });
  return () => { for (const then of waiting.splice(0)) then(); };
}

test('the relay only: no other candidate is told, and of the relay only its own address', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t, { arrange: withRelay, relayOnly: true });
  network.finds = ['host', 'srflx', 'relay'];
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  assert.deepEqual([peer.state, ana.peers.relayOnly, bob.peers.relayOnly], ['open', true, true]);
  assert.deepEqual(policies(network), ['relay', 'relay']);
  const told = server.got('candidate').map(({ candidate }) => candidate.candidate.replace(/^\S+ /, ''));
  assert.deepEqual(told, ['typ relay raddr 0.0.0.0 rport 0', 'typ relay raddr 0.0.0.0 rport 0']);
});

test('a browser that finds more than it should is not listened to', async (t) => {
  const { ana, clock, network, server } = await startParty(t, { arrange: withRelay, relayOnly: true });
  network.finds = ['relay'];
  ana.peers.connect('bob');
  const [pc] = network.all;
  const candidate = { candidate: 'candidate:1 1 udp 1 10.0.0.7 7 typ host' };
  pc.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate: { ...candidate, toJSON: () => candidate } }));
  await clock.advance(50);
  assert.doesNotMatch(JSON.stringify(server.sockets.flatMap(({ received }) => received)), /10\.0\.0\.7/);
});

test('nor is what it puts into a description', async (t) => {
  const { ana, clock, network, server } = await startParty(t, { arrange: withRelay, relayOnly: true });
  network.finds = ['relay'];
  const peer = ana.peers.connect('bob');
  const [pc] = network.all;
  const { createOffer } = Object.getPrototypeOf(Object.getPrototypeOf(pc));
  pc.createOffer = async () => {
    const { type, sdp } = await createOffer.call(pc);
    return { type, sdp: `${sdp}a=candidate:1 1 udp 1 10.0.0.7 7 typ host\r\n` };
  };
  await clock.advance(50);
  assert.equal(peer.state, 'open');
  assert.doesNotMatch(server.got('offer')[0].offer.sdp, /10\.0\.0\.7/);
});

test('without it everything is told, as ever', async (t) => {
  const { ana, clock, network, server } = await startParty(t, { arrange: withRelay });
  network.finds = ['host', 'relay'];
  ana.peers.connect('bob');
  await clock.advance(50);
  assert.deepEqual(policies(network), ['all', 'all']);
  assert.match(server.got('candidate')[0].candidate.candidate, /typ host raddr 10\.0\.0\.7/);
});

test('the server may want it so', async (t) => {
  const arrange = (server) => Object.assign(server, { iceServers: [TURN], relayOnly: true });
  const { ana, clock, network } = await startParty(t, { arrange });
  network.finds = ['host', 'relay'];
  assert.equal(ana.peers.relayOnly, true);
  ana.peers.relayOnly = false;
  assert.equal(ana.peers.relayOnly, true, 'and that counts');
  ana.peers.connect('bob');
  await clock.advance(50);
  assert.deepEqual(policies(network), ['relay', 'relay']);
});

test('the server may change its mind: with the next list', async (t) => {
  const { ana, clock, network, server } = await startParty(t, { arrange: withRelay });
  const lists = record(ana.signaling, 'ice');
  network.finds = ['host', 'relay'];
  server.relayOnly = true;
  ana.signaling.ice();
  await clock.advance(10);
  assert.deepEqual(lists.map(({ relayOnly }) => relayOnly), [true]);
  ana.peers.connect('bob');
  await clock.advance(50);
  assert.deepEqual(policies(network), ['relay', 'all']);
});

for (const whose of ['our', "the server's"]) {
  test(`no relay to hide behind (${whose} will): said at once, and nothing is sent`, async (t) => {
    const { ana, clock, network, server } = await startParty(t, {
      relayOnly: whose === 'our',
      arrange: (server) => Object.assign(server, { iceServers: [{ urls: 'stun:s.example' }], relayOnly: whose !== 'our' }),
    });
    const peer = ana.peers.connect('bob');
    assert.deepEqual([peer.state, peer.reason], ['failed', 'relay-only']);
    await clock.advance(50);
    assert.deepEqual([network.all.length, server.got('offer').length], [0, 0]);
  });
}

test('who calls somebody that has no relay to hide behind is told at once', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  bob.peers.relayOnly = true;
  const peer = ana.peers.connect('bob');
  await clock.advance(10);
  assert.deepEqual([peer.state, peer.reason], ['closed', 'hangup']);
  assert.equal(bob.states('ana').at(-1), 'failed relay-only');
  assert.equal(network.all.length, 1, "bob's browser has not done anything");
});

test('the relay refuses us, and there is nothing else: said at once', async (t) => {
  const { ana, clock, network } = await startParty(t, { arrange: withRelay, relayOnly: true });
  const peer = ana.peers.connect('bob');
  network.all[0].addEventListener('icecandidate', () => network.all[0].stumble('turn:t.example', 401), { once: true });
  await clock.advance(5);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'relay-refused']);
});

test('a change of mind counts for what comes next, also for the connection made ahead', async (t) => {
  const idle = useIdleness(t);
  const { ana, clock, network } = await startParty(t, { arrange: withRelay });
  network.finds = ['host', 'relay'];
  idle();
  ana.peers.relayOnly = true;
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  const [, , calling] = network.all; // the first two were made ahead
  assert.equal(calling.channels.length, 1, 'it is none that was to be otherwise');
  assert.equal(calling.getConfiguration().iceTransportPolicy, 'relay');
  ana.peers.relayOnly = false;
  assert.equal(calling.getConfiguration().iceTransportPolicy, 'all');
  await clock.advance(50);
  assert.equal(peer.state, 'open');
});

test('a change of mind in mid-conversation: it goes on behind a relay, if there is one', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  ana.peers.relayOnly = true;
  await clock.advance(50);
  assert.deepEqual([peer.state, server.got('offer').length], ['open', 1], 'there is no relay');
  ana.peers.relayOnly = false;
  await clock.advance(50);
  server.iceServers = [TURN];
  ana.signaling.ice();
  await clock.advance(50);
  network.finds = ['host', 'relay'];
  ana.peers.relayOnly = true;
  ana.peers.relayOnly = true;
  await clock.advance(50);
  assert.deepEqual([peer.state, peer.epoch, server.got('offer').length], ['open', 2, 2]);
  assert.equal(bob.events.length, 1, 'the same Peer');
  assert.deepEqual(bob.states('ana').filter((state) => /closed|failed/.test(state)), []);
  const { candidate } = server.got('candidate').filter(({ name }) => name === 'bob').at(-1);
  assert.match(candidate.candidate, /typ relay/);
});
