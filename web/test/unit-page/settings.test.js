// What is rarely changed, and what is said of it where it is not in view.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { Consent } from '../../app/js/model/consent.js';
import { mountPrivacyNote } from '../../app/js/ui/privacy-view.js';
import { useClock } from '../unit/fakes/clock.js';
import { find, pressable, shown, useDocument } from './fakes/document.js';
import { FakePeers, FakeSignaling, idOf } from './fakes/library.js';

/** Privacy, as far as views know it. */
class FakePrivacy extends EventTarget {
  hidden = false;
  forced = false;
  walled = false;

  become(changes) {
    Object.assign(this, changes);
    this.dispatchEvent(new Event('change'));
  }

  hide(hidden) { this.become({ hidden }); }
}

const noStorage = () => ({ getItem: () => null, setItem() {} });

async function setUp(t) {
  useClock(t);
  const document = useDocument(t);
  const { mountSettings } = await import('../../app/js/ui/settings-view.js');
  const chat = new Chat(new FakePeers(), { protocol: 'p', idOf });
  const consent = new Consent({ chat, byLink: false, storage: noStorage, tab: noStorage });
  const privacy = new FakePrivacy();
  const header = document.createElement('div');
  document.body.append(header);
  const mounted = new AbortController();
  mountSettings(header, { consent, privacy, signaling: new FakeSignaling() }, { signal: mounted.signal });
  const dialog = document.body.children.find(({ tag }) => tag === 'dialog');
  return { document, consent, privacy, header, mounted, dialog, button: find(header, 'button') };
}

/** Something is pressed at one place of the dialog, and let go at another. */
function click(dialog, from, to = from) {
  for (const [type, target] of [['pointerdown', from], ['click', to]]) {
    dialog.dispatchEvent(Object.defineProperty(new Event(type), 'target', { value: target }));
  }
}

test('they are behind one button: the focus goes in, and comes back to it', async (t) => {
  const { document, dialog, button } = await setUp(t);
  assert.deepEqual(pressable(document.body), ['Settings']);
  button.click();
  assert.equal(dialog.open, true);
  const title = document.activeElement;
  assert.deepEqual([title.tag, title.textContent], ['h2', 'Settings']);
  assert.equal(title.getAttribute('id'), dialog.getAttribute('aria-labelledby'));
  assert.deepEqual(pressable(dialog), ['Close settings', 'Answer everybody who calls', 'Never show my address', 'Connection check']);
  find(dialog, 'button', 'Close settings').click();
  assert.equal(dialog.open, false);
  assert.equal(document.activeElement, button);
});

test('a click beside them closes them, and no other', async (t) => {
  const { document, dialog, button } = await setUp(t);
  button.click();
  const title = find(dialog, 'h2');
  click(dialog, title);
  click(dialog, title, dialog);
  click(dialog, dialog, title);
  assert.equal(dialog.open, true, 'what begins or ends in it is not beside it');
  click(dialog, dialog);
  assert.equal(dialog.open, false);
  assert.equal(document.activeElement, button);
});

test('what is ticked there counts, and what changes elsewhere is shown there', async (t) => {
  const { consent, privacy, dialog, button } = await setUp(t);
  button.click();
  const tick = (/** @type {string} */ name) => {
    const box = find(dialog, 'input', name);
    box.checked = !box.checked;
    box.dispatchEvent(new Event('change'));
  };
  tick('Answer everybody who calls');
  assert.equal(consent.everybody, true);
  tick('Never show my address');
  assert.equal(privacy.hidden, true);
  assert.match(dialog.textContent, /All goes through a relay of the server\./);
  privacy.become({ forced: true });
  assert.deepEqual(pressable(dialog), ['Close settings', 'Answer everybody who calls', 'Connection check']);
  assert.match(dialog.textContent, /This server wants it so/);
});

test('they go with the chat, open or not, and leave nothing behind', async (t) => {
  for (const open of [true, false]) {
    const { document, header, mounted, dialog, button } = await setUp(t);
    if (open) button.click();
    mounted.abort();
    assert.equal(dialog.open, false);
    assert.deepEqual([header.children, document.body.children], [[], [header]]);
  }
});

test('where people are listed a line says that the address is hidden, and nothing while it is not', (t) => {
  const { body } = useDocument(t);
  const privacy = new FakePrivacy();
  mountPrivacyNote(body, privacy, { signal: new AbortController().signal });
  const [note] = shown(body);
  const says = (/** @type {object} */ changes) => {
    privacy.become(changes);
    return [note.textContent, /problem/.test(note.getAttribute('class'))];
  };
  assert.equal(note.textContent, '');
  assert.deepEqual(says({ hidden: true }), ['Your address is never shown.', false]);
  assert.deepEqual(says({ forced: true }), ['Your address is never shown: this server wants it so.', false]);
  assert.deepEqual(says({ walled: true }), ['Your address is never shown, and without a relay nobody can be connected to.', true]);
  assert.deepEqual(says({ hidden: false, forced: false, walled: false }), ['', false]);
});
