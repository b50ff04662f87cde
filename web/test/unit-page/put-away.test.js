// A page that was put into the back/forward cache, and is taken out again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { connectionWords } from '../../app/js/model/connection-words.js';
import { Consent } from '../../app/js/model/consent.js';
import { startParty } from '../unit/fakes/party.js';

/** Ana, who lets strangers wait, has a conversation with Bob. */
async function setUp(t) {
  let consent = null;
  const party = await startParty(t, { accept: (peer) => (peer.name === 'bob' ? consent.decide(peer) : true) });
  const { ana, clock } = party;
  const chat = new Chat(ana.peers, { protocol: 'chat.v1 me', idOf: (name) => ana.signaling.userOf(name)?.id ?? '' });
  consent = new Consent({ chat, byLink: false, storage: () => { throw new Error('none'); }, tab: () => { throw new Error('none'); } });
  chat.connect('bob');
  await clock.advance(50);
  const { selected: talk } = chat;
  assert.equal(talk.state, 'open');
  const words = () => connectionWords({
    name: 'bob', state: talk.state, route: talk.route, reason: talk.reason, online: true, hungUp: talk.hungUp, servers: 'none', relayForced: false,
  });
  const comesAndGoes = async () => {
    ana.page.fire('pagehide');
    await clock.advance(2000);
    ana.page.fire('pageshow');
    await clock.advance(2000);
  };
  return { ...party, chat, consent, talk, words, comesAndGoes };
}

test('who comes back is logged in again, and reads why nobody is connected any more', async (t) => {
  const { ana, talk, words, comesAndGoes } = await setUp(t);
  await comesAndGoes();
  assert.deepEqual([ana.signaling.state, talk.state], ['online', 'closed']);
  assert.deepEqual([words().help, words().action], ['You left this page, and that ended the connection.', 'Connect again']);
});

test('who was there before is no stranger then', async (t) => {
  const { bob, clock, consent, talk, comesAndGoes } = await setUp(t);
  await comesAndGoes();
  bob.peers.connect('ana');
  await clock.advance(50);
  assert.deepEqual([consent.waiting, talk.state], [[], 'open']);
});

test('unless one had hung up on them', async (t) => {
  const { bob, clock, consent, talk, words, comesAndGoes } = await setUp(t);
  talk.hangUp();
  await comesAndGoes();
  assert.equal(words().help, 'You disconnected.');
  bob.peers.connect('ana');
  await clock.advance(50);
  assert.deepEqual([consent.waiting.length, talk.state], [1, 'closed']);
});
