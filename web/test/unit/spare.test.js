import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startParty } from './fakes/party.js';

/** Idle moments, as browsers tell of them: here whenever the test says so. */
function useIdleness(t) {
  const waiting = [];
  globalThis.requestIdleCallback = (then) => waiting.push(then);
  t.after(() => { delete globalThis.requestIdleCallback; });
  return () => { for (const then of waiting.splice(0)) then(); };
}

const made = (network) => network.all.length;

test('a connection is made ahead of a call, at both ends, and is the one that connects', async (t) => {
  const idle = useIdleness(t);
  const { ana, bob, clock, network } = await startParty(t);
  assert.equal(made(network), 0, 'not while the page is busy');
  idle();
  assert.equal(made(network), 2);
  ana.peers.connect('bob');
  await clock.advance(50);
  assert.deepEqual([ana.peers.get('bob').state, bob.peers.get('ana').state], ['open', 'open']);
  assert.equal(made(network), 2);
  await clock.advance(2_000);
  idle();
  assert.equal(made(network), 4, 'and one for the next call');
  assert.equal(network.open.length, 4);
});

test('it uses the ICE servers of the moment of the call', async (t) => {
  const idle = useIdleness(t);
  const { ana, clock, network, server } = await startParty(t);
  idle();
  server.iceServers = [{ urls: 'stun:late' }, { urls: 'bad:one' }];
  ana.signaling.ice();
  await clock.advance(10);
  ana.peers.connect('bob');
  const calling = network.all.find((pc) => pc.channels.length > 0);
  assert.deepEqual(calling.getConfiguration().iceServers, [{ urls: 'stun:late' }]);
});

test('it is let go with the login, and made again with the next', async (t) => {
  const idle = useIdleness(t);
  const { ana, clock, network } = await startParty(t);
  idle();
  assert.equal(network.open.length, 2);
  ana.signaling.logout();
  assert.equal(network.open.length, 1);
  ana.signaling.login({ name: 'ana' });
  await clock.advance(10);
  ana.signaling.logout();
  idle();
  assert.equal(network.open.length, 1, 'too late');
});

test('calls that follow each other closely do not wait for it', async (t) => {
  const idle = useIdleness(t);
  const { ana, clock, join } = await startParty(t);
  await join('cid');
  idle();
  ana.peers.connect('bob');
  ana.peers.connect('cid');
  await clock.advance(50);
  assert.deepEqual(ana.peers.all.map(({ state }) => state), ['open', 'open']);
});
