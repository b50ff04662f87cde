// Names in other spellings than the roster's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameKey } from '../../app/lib/names.js';
import { startParty } from './fakes/party.js';

// The keys are the server's (internal/name, Key).
for (const [name, key] of [
  ['Bob', 'bob'],
  [' BOB  the  Builder ', 'bob the builder'],
  ['ａｎａ', 'ana'],
  ['ΣΑΣ', '\u03c3\u03b1\u03c3'],
  ['σας', '\u03c3\u03b1\u03c2'],
  ['İstanbul', 'i\u0307stanbul'],
  ['Straße', 'stra\u00dfe'],
  ['ﬁ', 'fi'],
  ['A\u030angström', '\u00e5ngstr\u00f6m'],
  ['👩\u200d🚀', '\u{1f469}\u{1f680}'],
  ['❤\ufe0f', '\u2764'],
  ['\u00a0Ana\u3000Maria', 'ana maria'],
  ['ǅ', 'd\u017e'],
  ['ϓ', '\u03cd'],
  ['\u212a', 'k'],
  ['½', '1\u20442'],
  ['क्\u200dष', '\u0915\u094d\u0937'],
]) {
  test(`the key of ${JSON.stringify(name)} is the server's`, () => assert.equal(nameKey(name), key));
}

test('who calls bob reaches Bob, and it is one conversation', async (t) => {
  const { ana, clock, join } = await startParty(t);
  const bob = await join('Bob the Builder');
  const peer = ana.peers.connect(' BOB  the builder');
  assert.equal(peer.name, 'Bob the Builder');
  await clock.advance(50);
  assert.equal(peer.state, 'open');
  for (const name of ['bob the builder', 'Bob the Builder']) {
    assert.equal(ana.peers.get(name), peer);
    assert.equal(ana.peers.connect(name), peer);
  }
  assert.equal(bob.peers.get('ANA').state, 'open');
  assert.throws(() => ana.peers.connect('ANA'), { name: 'NotSupportedError' });
});

test('somebody who is not in the roster yet is known by the name that comes back', async (t) => {
  const { ana, bob, clock, server } = await startParty(t);
  server.intercept = (socket, frame) => {
    if (frame.name === 'BOB') frame.name = 'bob'; // as the server does
    return false;
  };
  for (const user of ana.signaling.users.values()) server.socketOf('ana').deliver({ type: 'presence', left: [user], joined: [] });
  await clock.advance(10);
  const peer = ana.peers.connect('BOB');
  await clock.advance(50);
  assert.deepEqual([peer.state, peer.name, bob.peers.all.length], ['open', 'bob', 1]);
  peer.close();
  assert.deepEqual(ana.peers.all, []);
});
