// The address that others are sent, and how it gets into the clipboard.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inviteLink } from '../../app/js/model/invite.js';
import { linkParts } from '../../app/js/model/links.js';
import { copyText } from '../../app/js/ui/copy.js';

const at = (/** @type {string} */ address) => new URL(address);

test('it is the page, and the room that one is in', () => {
  assert.equal(inviteLink(at('https://chat.example:8443/beckon/'), 'tea'), 'https://chat.example:8443/beckon/?room=tea');
});

test('without a room it is the page alone', () => {
  assert.equal(inviteLink(at('http://10.0.0.7:8080/'), ''), 'http://10.0.0.7:8080/');
});

test('nothing that is for oneself alone goes along', () => {
  assert.equal(inviteLink(at('https://me:secret@chat.example/?room=old&theme=mine#token=x'), 'tea'), 'https://chat.example/?room=tea');
});

test('whatever the room is called, whoever clicks on the address in a message comes to it', () => {
  for (const room of ['tea time', 'tea.', 'tea!?', '"tea"', '<b>', 'a&room=b', 'a+b', '50 %', 'täglich', '茶。', '#1', '(x', 'x)', 'it\'s', '..', '-_*~', '👩‍🚀']) {
    const link = inviteLink(at('https://chat.example/'), room);
    const [, found] = linkParts(`Come to ${link}. Soon!`);
    assert.equal(found.text, link);
    assert.equal(new URL(found.href).searchParams.get('room'), room);
  }
});

/** A text field, as far as copying needs one. */
class FakeField {
  hidden = true;
  value = '';
  done = [];
  focus() { this.done.push('focus'); }
  select() { this.done.push('select'); }
}

/** @param {unknown} clipboard */
function withClipboard(t, clipboard) {
  const { navigator } = globalThis;
  Object.defineProperty(globalThis, 'navigator', { value: { clipboard }, configurable: true });
  t.after(() => Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true }));
}

test('it is copied', async (t) => {
  const copied = [];
  withClipboard(t, { writeText: async (text) => { copied.push(text); } });
  const field = new FakeField();
  field.hidden = false; // from when it could not be
  assert.equal(await copyText('the address', field), true);
  assert.deepEqual([copied, field.hidden, field.done], [['the address'], true, []]);
});

for (const [why, clipboard] of [
  ['there is no clipboard', undefined],
  ['the browser does not allow it', { writeText: () => Promise.reject(new DOMException('', 'NotAllowedError')) }],
]) {
  test(`where ${why} it is shown, selected`, async (t) => {
    withClipboard(t, clipboard);
    const field = new FakeField();
    assert.equal(await copyText('the address', field), false);
    assert.deepEqual([field.value, field.hidden, field.done], ['the address', false, ['focus', 'select']]);
  });
}
