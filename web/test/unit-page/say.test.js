// Connecting is what writing does: looking at somebody's conversation calls nobody.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { Consent } from '../../app/js/model/consent.js';
import { connectionWords } from '../../app/js/model/connection-words.js';
import { MAX_KEPT } from '../../app/js/model/outbox.js';
import { Roster } from '../../app/js/model/roster.js';
import { useClock } from '../unit/fakes/clock.js';
import { counter, FakePeers, FakeSignaling, idOf } from './fakes/library.js';

const ME = 'chat.v1 me';
const ANA = { id: idOf('Ana'), fingerprint: 'A' };
const OTHER = { id: '2', fingerprint: 'B' };

let peers;
let chat;

beforeEach(() => {
  peers = new FakePeers();
  chat = new Chat(peers, { protocol: ME, idOf, now: () => 0 });
});

const names = () => Array.from(chat.conversations, ({ name }) => name);
const fates = ({ messages }) => messages.map(({ text, delivery }) => `${text}: ${delivery}`);
const say = (text, conversation = chat.selected) => chat.say(conversation, text, 'Me');

test('a conversation that is opened is in view, and nobody is called', () => {
  const changes = counter(chat, 'change');
  chat.open('Ana');
  assert.deepEqual([chat.selected.name, chat.selected.state, peers.live.size, changes.seen], ['Ana', 'closed', 0, 1]);
  chat.open('Ana');
  assert.deepEqual([names(), changes.seen], [['Ana'], 1]);
});

test('what is looked at and left leaves no trace, unless something was typed', () => {
  chat.open('Ana');
  const changes = counter(chat, 'change');
  chat.select(null);
  assert.deepEqual([names(), changes.seen], [[], 1]);
  chat.open('Ana');
  chat.open('Bob');
  assert.deepEqual(names(), ['Bob']);
  chat.selected.draft = 'half a';
  chat.open('Cy');
  assert.deepEqual(names(), ['Bob', 'Cy']);
  chat.connect('Dee');
  assert.deepEqual(names(), ['Bob', 'Dee']);
  chat.open('Bob');
  assert.equal(chat.selected.draft, 'half a');
  chat.selected.draft = '';
  chat.open('Dee');
  assert.deepEqual(names(), ['Dee']);
  chat.select(null);
  assert.deepEqual(names(), ['Dee'], 'a call is a trace');
});

test('closing what was only looked at leaves none either', () => {
  chat.open('Ana');
  chat.selected.draft = 'x';
  chat.close('Ana');
  assert.deepEqual([names(), chat.selected], [[], null]);
  chat.open('Ana');
  chat.close('Ana');
  assert.deepEqual([names(), chat.selected], [[], null]);
});

test('what is said calls them, and goes when the connection is there', async (t) => {
  const clock = useClock(t);
  chat.open('Ana');
  const { selected } = chat;
  assert.equal(say('hello'), true);
  assert.equal(say('are you there?'), true);
  assert.equal(peers.live.size, 1);
  assert.deepEqual([selected.state, chat.selected], ['connecting', selected]);
  assert.deepEqual(fates(selected), ['hello: pending', 'are you there?: pending']);
  const ana = peers.live.get('Ana');
  ana.opens('');
  await clock.advance(0);
  assert.deepEqual(ana.sent.map(({ message }) => message), ['hello', 'are you there?']);
});

test('after an end as well, with the same person', () => {
  chat.connect('Ana');
  const first = peers.live.get('Ana');
  first.identity = ANA;
  first.opens('');
  first.become('closed', { reason: 'hangup' });
  assert.equal(say('one more thing'), true);
  assert.notEqual(peers.live.get('Ana'), first);
  assert.deepEqual(peers.wanted, ANA, 'nobody else is to have it');
});

test('a call that fails leaves what was said, to be sent again', () => {
  chat.open('Ana');
  say('hello');
  peers.live.get('Ana').become('failed', { reason: 'timeout' });
  assert.deepEqual([fates(chat.selected), chat.selected.failures], [['hello: unsent'], 1]);
});

test('a call that fails at once leaves the text where it is', () => {
  peers.addEventListener('peer', ({ detail }) => detail.peer.become('failed', { reason: 'relay-only' }));
  chat.open('Ana');
  assert.equal(say('hello'), false);
  assert.deepEqual(chat.selected.messages, []);
});

test('nothing is said to whoever else has the name by now', () => {
  chat.connect('Ana');
  peers.live.get('Ana').identity = ANA;
  peers.live.get('Ana').opens('');
  peers.live.get('Ana').become('failed', { reason: 'replaced' });
  assert.equal(say('the door code is 4711'), false);
  const earlier = chat.selected;
  const other = peers.calledBy('Ana', OTHER);
  other.opens('');
  assert.equal(earlier.former, true);
  assert.equal(say('the door code is 4711', earlier), false);
  assert.deepEqual([earlier.messages, other.sent], [[], []]);
});

test('nor to somebody else of that name who calls just then', () => {
  chat.connect('Ana');
  const ana = peers.live.get('Ana');
  ana.identity = ANA;
  ana.opens('');
  ana.become('closed', { reason: 'left' });
  const { selected } = chat;
  const other = peers.calledBy('Ana', OTHER);
  assert.equal(say('the door code is 4711', selected), false);
  other.opens('');
  assert.deepEqual([selected.messages, other.sent], [[], []]);
});

test('when there is no room for it nobody is called', () => {
  chat.connect('Ana');
  for (let i = 0; i < MAX_KEPT; i++) say('x');
  peers.live.get('Ana').become('failed', { reason: 'timeout' });
  const before = peers.live.get('Ana');
  assert.equal(say('one too many'), false);
  assert.equal(peers.live.get('Ana'), before);
});

test('whoever calls while one looks at them comes into that conversation', () => {
  chat.open('Ana');
  const { selected } = chat;
  selected.draft = 'half a';
  const ana = peers.calledBy('Ana', ANA);
  ana.opens('');
  ana.says('hello');
  assert.equal(chat.selected, selected);
  assert.deepEqual([selected.begun, selected.unread, selected.draft, selected.messages.length], [true, 0, 'half a', 1]);
});

test('to look at somebody is not to let them in, to write to them is', async () => {
  const consent = new Consent({ chat, byLink: false, storage: () => { throw new Error('none'); }, tab: () => { throw new Error('none'); } });
  chat.open('Ana');
  const caller = peers.calledBy('Ana', ANA);
  const answer = consent.decide(caller);
  assert.deepEqual(consent.waiting, [caller]);
  peers.connect = () => caller; // which takes the call
  say('hello');
  assert.equal(await answer, true);
});

test('whom one only looks at stays in place in the list', () => {
  const signaling = new FakeSignaling();
  const roster = new Roster(signaling, chat);
  signaling.me = { id: 'me', name: 'Me', room: '' };
  signaling.become('online');
  signaling.found('Ana', 'Bob', 'Cy');
  const listed = () => roster.contacts.map(({ name, online, conversation }) => `${name}${online ? '' : ' (gone)'}${conversation ? ' *' : ''}`);
  chat.open('Bob');
  assert.deepEqual(listed(), ['Ana', 'Bob *', 'Cy']);
  signaling.found('Ana', 'Cy');
  assert.deepEqual(listed(), ['Bob (gone) *', 'Ana', 'Cy']);
  signaling.found('Ana', 'Bob', 'Cy');
  say('hello');
  assert.deepEqual(listed(), ['Bob *', 'Ana', 'Cy']);
});

test('before there was a call there is no end of one to be told', () => {
  const facts = { name: 'Ana', state: 'closed', route: null, reason: null, servers: 'stun', relayForced: false, begun: false };
  assert.deepEqual(connectionWords({ ...facts, online: true }), { tone: 'off', label: 'Online', help: '', action: '' });
  assert.deepEqual(connectionWords({ ...facts, online: false }), { tone: 'off', label: 'Offline', help: '', action: '' });
  assert.match(connectionWords({ ...facts, online: true, another: true }).help, /not the same Ana as before/);
});

test('another of the same name calls and waits to be let in: what is written for the first does not let them in', () => {
  chat.connect('Ana');
  const first = peers.live.get('Ana');
  first.identity = ANA;
  first.become('open');
  first.become('closed', 'left');
  const conversation = chat.selected;
  const stranger = peers.calledBy('Ana', OTHER);
  const asked = counter(peers, 'peer');
  peers.connect = () => assert.fail('which would accept it');
  assert.equal(say('the door code is 4711', conversation), false);
  chat.connect('Ana');
  assert.deepEqual([stranger.state, asked.seen, fates(conversation)], ['connecting', 0, []]);
});
