// A name is not a person: what happens when somebody else has it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOBODY, sameIdentity } from '../../app/lib/identity.js';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

/** ana and bob talk; then bob's page hangs, and the server takes him for gone. */
async function startLoss(t, options) {
  const party = await startParty(t, options);
  const { ana, bob, clock, network } = party;
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  assert.equal(peer.state, 'open');
  const freeze = async () => {
    network.all[1].vanish();
    bob.signaling.close();
    await clock.advance(10);
  };
  return { ...party, peer, freeze };
}

test('who calls by the name of somebody who hangs is another Peer, and hears nothing of what was for the first', async (t) => {
  const { ana, clock, network, peer, freeze, comeAnother } = await startLoss(t);
  await freeze();
  network.all[0].become('disconnected');
  const { identity } = peer;
  const stranger = await comeAnother('bob');
  const theirs = stranger.peers.connect('ana');
  await clock.advance(50);
  const other = ana.peers.get('bob');
  assert.notEqual(other, peer);
  assert.deepEqual([peer.state, other.state, theirs.state], ['reconnecting', 'open', 'open']);
  assert.deepEqual(peer.identity, identity);
  assert.equal(sameIdentity(peer.identity, other.identity), false);
  assert.equal(ana.events.length, 2);
  const heard = record(theirs, 'message');
  assert.throws(() => peer.send('the door code is 4711'), { name: 'InvalidStateError' });
  other.send('who are you?');
  await clock.advance(200_000);
  assert.deepEqual(heard, [{ data: 'who are you?' }]);
  assert.deepEqual([peer.state, peer.reason, other.state], ['closed', 'replaced', 'open']);
});

test('a connection that stands does not mind that the name is another\'s now', async (t) => {
  const { ana, bob, clock, network, peer, comeAnother, server } = await startLoss(t);
  bob.signaling.close(); // but the page lives
  await clock.advance(10);
  const stranger = await comeAnother('bob');
  stranger.peers.connect('ana');
  await clock.advance(50);
  assert.deepEqual([peer.state, ana.peers.get('bob').state], ['open', 'open']);
  assert.deepEqual(new Set(ana.peers.all), new Set([peer, ana.peers.get('bob')]));
  const heard = record(bob.peers.get('ana'), 'message');
  peer.send('still there?');
  await clock.advance(10);
  assert.deepEqual(heard, [{ data: 'still there?' }]);

  const [{ call }] = server.got('offer');
  const said = () => server.got('offer').filter((offer) => offer.call === call).length;
  peer.restartIce();
  ana.page.fire('online');
  network.all[0].become('failed');
  await clock.advance(30_000);
  assert.equal(said(), 1, 'nothing about it is said to the stranger');
  peer.close();
  await clock.advance(10);
  assert.deepEqual([peer.state, peer.reason, ana.peers.get('bob').state], ['closed', 'local', 'open']);
  assert.deepEqual(server.got('leave').filter(({ name }) => name === 'bob'), []);
});

test('a stranger who answers in somebody\'s place is hung up on', async (t) => {
  const { ana, clock, network, peer, freeze, comeAnother, server } = await startLoss(t);
  await freeze();
  const stranger = await comeAnother('bob');
  network.all[0].become('failed'); // ana looks for a new path
  await clock.advance(5000);
  assert.deepEqual([peer.state, peer.reason], ['closed', 'replaced']);
  assert.equal(ana.peers.get('bob'), undefined);
  assert.deepEqual(stranger.states('ana').filter((state) => state.startsWith('open')), []);
  assert.equal(server.got('leave').filter(({ name, call }) => name === 'bob' && call).length, 1);
});

test('a call to one person is not for another of that name', async (t) => {
  const { ana, clock, peer, freeze, comeAnother } = await startLoss(t);
  const { identity } = peer;
  peer.close();
  await freeze();
  const stranger = await comeAnother('bob');
  const again = ana.peers.connect('bob', { identity });
  await clock.advance(1000);
  assert.deepEqual([again.state, again.reason, stranger.peers.get('ana')], ['failed', 'replaced', undefined]);
  const whoever = ana.peers.connect('bob');
  await clock.advance(50);
  assert.equal(whoever.state, 'open');
});

test('a stranger who calls while somebody else of that name is called is another Peer', async (t) => {
  const { ana, clock, network, peer, freeze, comeAnother } = await startLoss(t);
  const { identity } = peer;
  peer.close();
  await freeze();
  const stranger = await comeAnother('bob');
  network.pace = 20;
  const again = ana.peers.connect('bob', { identity });
  stranger.peers.connect('ana');
  await clock.advance(1000);
  assert.deepEqual([again.state, again.reason], ['failed', 'replaced']);
});

test('a hang-up that names no call, by somebody who never had it, is not heard', async (t) => {
  const { ana, bob, clock, peer, comeAnother } = await startLoss(t);
  bob.signaling.close();
  await clock.advance(10);
  const stranger = await comeAnother('bob');
  stranger.signaling.send({ type: 'leave', name: 'ana' });
  await clock.advance(10);
  assert.equal(peer.state, 'open');
  assert.equal(ana.peers.get('bob'), peer);
});

test('who reloads the page and has kept the certificate is the same person', async (t) => {
  const { ana, clock, network, peer, freeze, join } = await startLoss(t);
  await freeze();
  network.all[0].become('disconnected');
  const again = await join('bob');
  again.peers.connect('ana');
  await clock.advance(50);
  assert.equal(ana.peers.get('bob'), peer);
  assert.deepEqual([peer.state, peer.epoch, ana.events.length], ['open', 2, 1]);
});

test('all connections of a page have one certificate, until another is asked for', async (t) => {
  const { ana, bob, clock } = await startLoss(t);
  const known = [bob.peers.get('ana').identity.fingerprint];
  for (const renew of [false, true]) {
    ana.peers.get('bob')?.close();
    if (renew) ana.peers.renew();
    await clock.advance(600);
    ana.peers.connect('bob');
    await clock.advance(50);
    known.push(bob.peers.get('ana').identity.fingerprint);
  }
  assert.equal(known[0], known[1]);
  assert.notEqual(known[1], known[2]);
});

test('calls that come before the certificate is there are answered when it is, and crossing ones once', async (t) => {
  let arrive = () => {};
  const coming = new Promise((resolve) => {
    arrive = resolve;
  });
  const { ana, clock, network, join } = await startParty(t);
  const zoe = await join('zoe', { certificate: coming });
  const theirs = zoe.peers.connect('ana');
  const ours = ana.peers.connect('zoe');
  await clock.advance(1000);
  assert.deepEqual([theirs.state, ours.state, network.all.length], ['connecting', 'connecting', 1]);
  arrive(null);
  await clock.advance(100);
  assert.deepEqual([theirs.state, ours.state], ['open', 'open']);
  assert.equal(zoe.peers.get('ana'), theirs);
});

test('identities: one login or one certificate; nobody in particular may be anybody', () => {
  const [a, b] = ['sha-256 AA', 'sha-256 BB'];
  for (const [one, other, same] of [
    [{ id: '1', fingerprint: a }, { id: '2', fingerprint: a }, true],
    [{ id: '1', fingerprint: a }, { id: '1', fingerprint: b }, true],
    [{ id: '1', fingerprint: a }, { id: '2', fingerprint: b }, false],
    [{ id: '', fingerprint: a }, { id: '', fingerprint: b }, false],
    [{ id: '1', fingerprint: a }, NOBODY, true],
  ]) assert.equal(sameIdentity(one, other), same, JSON.stringify([one, other]));
});
