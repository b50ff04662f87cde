// What was written for one person does not go to another who takes the name.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { Outbox } from '../../app/js/model/outbox.js';
import { Person } from '../../app/js/model/person.js';
import { useClock } from '../unit/fakes/clock.js';
import { startParty } from '../unit/fakes/party.js';
import { find, pressable, shown, useDocument } from './fakes/document.js';
import { FakePeers } from './fakes/library.js';

const SECRET = 'the door code is 4711';
const BOB = { id: '1', fingerprint: 'B' };
/** Bob after a login of his own, with the certificate that he had. */
const BOB_AGAIN = { id: '2', fingerprint: 'B' };
const OTHER = { id: '3', fingerprint: 'O' };
const DOUBT = '1 message was not sent: this may be another Bob than the one you wrote it for.';
const PLAIN = '1 message was not sent.';

/** Ana looks at Bob, who is in the list, and has not said a word to him. */
async function setUp(t) {
  const clock = useClock(t);
  const document = useDocument(t);
  const { mountUnsent } = await import('../../app/js/ui/unsent-view.js');
  const peers = new FakePeers();
  let listed = BOB;
  const chat = new Chat(peers, { protocol: 'chat.v1 me', idOf: () => listed.id });
  chat.open('Bob');
  const { selected: talk } = chat;
  mountUnsent(document.body, talk, { signal: new AbortController().signal, after() {} });
  return {
    clock, chat, talk, peers,
    say: (text = SECRET) => chat.say(talk, text, 'Ana'),
    /** The name is that person's from now on. */
    becomes: (identity) => { listed = identity; },
    /** Whoever has the name is connected with us: called, or calling. */
    async opens(identity = listed, protocol = '') {
      const peer = peers.get('Bob') ?? peers.calledBy('Bob', identity);
      peer.identity = identity;
      peer.opens(protocol);
      await clock.advance(0);
      return peer;
    },
    fails: () => peers.get('Bob').become('failed', { reason: 'timeout' }),
    fates: () => talk.messages.map(({ text, delivery }) => `${text}: ${delivery}`),
    said: () => shown(document.body).filter(({ tag }) => tag === 'p').map(({ textContent }) => textContent).join(),
    choices: () => pressable(document.body),
    press: (name) => find(document.body, 'button', name).click(),
  };
}

const textsTo = (peer) => peer.sent.flatMap(({ message }) => message ?? []);

test('what waits for somebody who never answered does not go by itself to another who has the name by then', async (t) => {
  const { say, becomes, opens, fates, said, choices, press } = await setUp(t);
  say();
  becomes(OTHER);
  const other = await opens();
  assert.deepEqual([textsTo(other), fates()], [[], [`${SECRET}: unsent`]]);
  assert.deepEqual([said(), choices()], [DOUBT, ['Send anyway']]);
  press('Send anyway');
  assert.deepEqual([textsTo(other), fates(), said()], [[SECRET], [`${SECRET}: done`], '']);
  say('and this');
  assert.deepEqual(textsTo(other), [SECRET, 'and this'], 'who it is has been decided');
});

test('what a failed call has left is offered with that doubt to another, and with none to the same', async (t) => {
  for (const [who, words, button] of [[OTHER, DOUBT, 'Send anyway'], [BOB, PLAIN, 'Send again']]) {
    const { chat, peers, say, becomes, fails, opens, said, choices, press } = await setUp(t);
    say();
    fails();
    becomes(who);
    chat.connect('Bob');
    assert.deepEqual(peers.wanted, { id: '', fingerprint: '' }, 'whoever has the name is called, and may hang up');
    const peer = await opens();
    assert.deepEqual([textsTo(peer), said(), choices()], [[], words, [button]]);
    press(button);
    assert.deepEqual(textsTo(peer), [SECRET]);
  }
});

test('what is written where one had only looked at somebody is for them, whoever has the name when it is sent', async (t) => {
  const { say, becomes, opens, fates, said } = await setUp(t);
  becomes(OTHER);
  say();
  const other = await opens();
  assert.deepEqual([textsTo(other), fates(), said()], [[], [`${SECRET}: unsent`], DOUBT]);
});

test('so is what is half written when another of that name calls', async (t) => {
  const { talk, say, becomes, opens, fates, said, press } = await setUp(t);
  talk.draft = 'the door';
  becomes(OTHER);
  const other = await opens();
  talk.draft = SECRET;
  say();
  talk.draft = '';
  assert.deepEqual([textsTo(other), fates(), said()], [[], [`${SECRET}: unsent`], DOUBT]);
  talk.draft = 'who';
  say('who are you?');
  assert.deepEqual(textsTo(other), ['who are you?'], 'what is begun now is for who is there now');
  talk.draft = 'half an answer';
  press('Send anyway');
  assert.deepEqual(textsTo(other), ['who are you?', SECRET]);
});

test('nothing is asked before there is somebody to ask about', async (t) => {
  const { talk, say, becomes, opens, fates, said } = await setUp(t);
  talk.draft = SECRET;
  becomes(OTHER);
  (await opens()).become('closed', { reason: 'left' });
  say();
  talk.draft = '';
  assert.deepEqual([fates(), said()], [[`${SECRET}: pending`], '']);
  await opens();
  assert.deepEqual([fates(), said()], [[`${SECRET}: unsent`], DOUBT]);
});

test('what is written while it connects is not for who turns out to be there', async (t) => {
  const { chat, say, becomes, opens, peers, fates } = await setUp(t);
  chat.connect('Bob');
  becomes(OTHER);
  peers.get('Bob').identity = OTHER; // has answered
  peers.get('Bob').become('connecting');
  say();
  await opens();
  assert.deepEqual(fates(), [`${SECRET}: unsent`]);
});

test('who calls by that name and may be another is not let in by what is written for the first', async (t) => {
  for (const [who, said] of [[OTHER, false], [BOB, true]]) {
    const { chat, talk, peers, say, becomes } = await setUp(t);
    becomes(who);
    const caller = peers.calledBy('Bob', who);
    assert.equal(say(), said);
    assert.deepEqual([chat.isWelcome(caller), talk.begun], [said, said]);
  }
});

for (const [client, protocol] of [['this client', 'chat.v1 theirs'], ['this client, which took our channel', 'chat.v1 me']]) {
  test(`another who has ${client} gets nothing of it either`, async (t) => {
    const { clock, say, becomes, opens, fates, choices, press } = await setUp(t);
    say();
    becomes(OTHER);
    const other = await opens(OTHER, protocol);
    assert.deepEqual(choices(), [], 'nobody knows yet how to speak to them');
    other.gives({ 'chat.v1': 'hello', from: 'other', to: '', seen: 0, ask: true });
    await clock.advance(60_000);
    assert.deepEqual([textsTo(other), fates(), choices()], [[], [`${SECRET}: unsent`], ['Send anyway']]);
    press('Send anyway');
    assert.deepEqual(textsTo(other), [SECRET]);
  });
}

test('the same login is the same person: it goes by itself', async (t) => {
  const { say, opens, said } = await setUp(t);
  say();
  const bob = await opens(BOB);
  assert.deepEqual([textsTo(bob), said()], [[SECRET], '']);
});

test('and the same certificate, under whatever login', async (t) => {
  const { chat, say, becomes, opens, said } = await setUp(t);
  (await opens(BOB)).become('reconnecting');
  say('one');
  becomes(BOB_AGAIN);
  const bob = await opens(BOB_AGAIN);
  assert.deepEqual([textsTo(bob), said()], [['one'], '']);
  bob.become('closed', { reason: 'left' });
  becomes({ id: '9', fingerprint: 'B' });
  chat.connect('Bob');
  say('two');
  assert.deepEqual([textsTo(await opens()), said()], [['two'], '']);
});

test('one proof leads to the next: a login that has shown its certificate, and the certificate under the next login', async (t) => {
  const { chat, talk, say, becomes, peers, fails, opens, said } = await setUp(t);
  talk.draft = 'and';
  say('one');
  talk.draft = '';
  talk.draft = 'half';
  peers.get('Bob').identity = BOB; // has answered, but there is no way
  fails();
  becomes(BOB_AGAIN);
  chat.connect('Bob');
  const bob = await opens();
  assert.equal(said(), PLAIN);
  say('half of it');
  assert.deepEqual(textsTo(bob), ['half of it']);
});

test('who is in no list may be anybody', async (t) => {
  const { chat, talk, becomes, opens } = await setUp(t);
  chat.close(talk.key);
  becomes({ id: '', fingerprint: '' });
  chat.open('Bob');
  chat.say(chat.selected, SECRET, 'Ana');
  assert.deepEqual(textsTo(await opens(OTHER)), []);
});

test('nor does another get what turns out not to have arrived', () => {
  const outbox = new Outbox();
  const [bob, other] = [BOB, OTHER].map((identity) => new Person(identity));
  const message = { text: SECRET, at: 0, delivery: 'pending' };
  outbox.add(message, bob);
  outbox.met(bob);
  outbox.entrusted();
  outbox.parted();
  outbox.met(other);
  outbox.accountedFor([]);
  assert.deepEqual([outbox.next, outbox.doubts, message.delivery], [null, 1, 'unsent']);
});

test('a server that restarts knows nobody: who takes the name then is asked about, who shows a known certificate is not', async (t) => {
  const { ana, bob, clock, server, comeAnother, join } = await startParty(t);
  const chat = new Chat(ana.peers, { protocol: 'chat.v1 me', idOf: (name) => ana.signaling.userOf(name)?.id ?? '' });
  await join('cy');
  chat.connect('cy');
  await clock.advance(50);
  const cy = chat.selected;
  assert.equal(cy.state, 'open');

  bob.peers.dispose(); // his page hangs: nobody answers
  chat.open('bob');
  const { selected: talk } = chat;
  chat.say(talk, SECRET, 'ana');
  await clock.advance(50);
  server.crash();
  bob.signaling.close();
  cy.hangUp();
  await clock.advance(200);
  server.up = true;
  const other = await comeAnother('bob');
  const heard = [];
  other.peers.addEventListener('peer', ({ detail: { peer } }) => peer.addEventListener('message', ({ detail }) => heard.push(detail.data)));
  await clock.advance(5000);
  assert.deepEqual([talk.state, heard, talk.messages[0].delivery, talk.doubts], ['open', [], 'unsent', 1]);
  talk.sendAgain();
  await clock.advance(50);
  assert.deepEqual([heard.map((frame) => JSON.parse(frame).message), talk.doubts], [[SECRET], 0]);

  assert.equal(chat.say(cy, 'back again', 'ana'), true);
  await clock.advance(5000);
  assert.deepEqual([cy.state, cy.messages[0].delivery, cy.failures], ['open', 'done', 0]);
});
