// Whom a conversation is with, how the line to them is, and the one button that helps.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { Roster } from '../../app/js/model/roster.js';
import { useClock } from '../unit/fakes/clock.js';
import { find, pressable, shown, useDocument } from './fakes/document.js';
import { FakePeers, FakeSignaling, idOf } from './fakes/library.js';

/** Ana has called Bob, and looks at the conversation. */
async function setUp(t) {
  const clock = useClock(t);
  const document = useDocument(t);
  const [{ mountHeader }, { mountUnsent }] = await Promise.all([
    import('../../app/js/ui/conversation-view.js'), import('../../app/js/ui/unsent-view.js'),
  ]);
  const signaling = new FakeSignaling();
  const peers = new FakePeers();
  const chat = new Chat(peers, { protocol: 'p', idOf });
  const roster = new Roster(signaling, chat);
  signaling.me = { id: '1', name: 'Ana', room: '' };
  signaling.become('online');
  signaling.found('Bob');
  chat.connect('Bob');

  const done = [];
  const does = (/** @type {string} */ what) => () => { done.push(what); };
  const signal = new AbortController().signal;
  const conversation = chat.selected;
  const root = document.body;
  const title = mountHeader(root, { conversation, roster, session: { servers: 'stun', relayForced: false } }, {
    signal, actions: { back: does('back'), connect: does('connect'), disconnect: does('disconnect'), close: does('close') },
  });
  mountUnsent(root, conversation, { signal, after() {} });
  const said = () => shown(root).filter(({ tag }) => tag === 'p').map(({ textContent }) => textContent).filter(Boolean);
  return { clock, document, signaling, peers, conversation, root, title, done, said, peer: peers.live.get('Bob') };
}

for (const [how, happens, help, action] of [
  ['nobody answered', (peer) => peer.become('failed', { reason: 'timeout' }), /did not answer in time/, 'Try again'],
  ['there was no way', (peer) => peer.become('failed', { reason: 'ice-failed' }), /No way was found/, 'Try again'],
  ['the call was not taken', (peer) => peer.become('closed', { reason: 'hangup' }), /did not take the call/, 'Try again'],
  ['the connection was lost for good', (peer) => { peer.opens(); peer.become('failed', { reason: 'ice-failed' }); }, /No way was found/, 'Try again'],
  ['somebody hung up', (peer) => { peer.opens(); peer.become('closed', { reason: 'hangup' }); }, /Bob disconnected/, 'Connect again'],
]) {
  test(`${how}: one button calls again, beside the reason`, async (t) => {
    const { peer, root, done } = await setUp(t);
    happens(peer);
    const reason = shown(root).find(({ textContent, tag }) => tag === 'p' && help.test(textContent));
    assert.deepEqual(pressable(reason.parent), [action]);
    assert.deepEqual(pressable(root), ['Back to online users', 'Close conversation', action]);
    find(root, 'button', action).click();
    assert.deepEqual(done, ['connect']);
  });
}

test('what was not sent calls that button by no other name, nor does it have one of its own', async (t) => {
  const { peer, conversation, root, said } = await setUp(t);
  conversation.send('one', 'Ana');
  peer.become('failed', { reason: 'timeout' });
  assert.equal(said().at(-1), '1 message was not sent. It can be sent again once you are connected.');
  assert.deepEqual(pressable(root), ['Back to online users', 'Close conversation', 'Try again']);
});

test('while the server is away there is nothing to press that needs it, and the reason stays', async (t) => {
  const { clock, document, signaling, peer, root, title, said } = await setUp(t);
  peer.become('failed', { reason: 'timeout' });
  find(root, 'button', 'Try again').focus();
  signaling.become('waiting');
  assert.deepEqual(pressable(root).at(-1), 'Try again', 'it may be back at once');
  await clock.advance(2000);
  assert.deepEqual(pressable(root), ['Back to online users', 'Close conversation']);
  assert.match(said().at(-1), /did not answer in time/);
  assert.equal(document.activeElement, title, 'the focus is not lost with the button');
  signaling.become('online');
  assert.deepEqual(pressable(root).at(-1), 'Try again');
  assert.equal(document.activeElement, title, 'and is not taken back');
});

test('who calls back takes the button away, and leaves the focus elsewhere alone', async (t) => {
  const { document, peers, peer, root } = await setUp(t);
  peer.become('failed', { reason: 'timeout' });
  const close = find(root, 'button', 'Close conversation');
  close.focus();
  peers.calledBy('Bob').opens();
  assert.equal(find(root, 'button', 'Try again'), null);
  assert.equal(document.activeElement, close);
});
