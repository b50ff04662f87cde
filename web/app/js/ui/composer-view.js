/** Where a message is written: Enter sends, Shift+Enter breaks the line. */

import { MAX_TEXT_SENT } from '../model/message.js';
import { words } from '../words/index.js';
import { el, setAttribute, setText } from './dom.js';
import { sendIcon } from './icons.js';

/** @import { Chat } from '../model/chat.js' */
/** @import { Conversation } from '../model/conversation.js' */
/** @import { Roster } from '../model/roster.js' */
/** @import { Session } from '../model/session.js' */

/**
 * @param {HTMLElement} root
 * @param {{conversation: Conversation, chat: Chat, roster: Roster, session: Session}} models
 * @param {{signal: AbortSignal}} options
 * @returns {HTMLElement} the text field
 */
export function mountComposer(root, { conversation, chat, roster, session }, { signal }) {
  const field = el('textarea', { id: 'message', rows: 1, autocomplete: 'off', enterkeyhint: 'send', 'aria-describedby': 'message-hint' });
  const send = el('button', { type: 'submit', class: 'button primary send' }, sendIcon(), el('span', { class: 'send-word' }, words.composer.send));
  const hint = el('p', { id: 'message-hint', class: 'hint' });
  const problem = el('p', { class: 'field-error', role: 'alert' });
  const form = el('form', { class: 'composer' },
    el('label', { for: 'message', class: 'visually-hidden' }, words.composer.label),
    el('div', { class: 'composer-row' }, field, send), hint, problem);
  field.value = conversation.draft;
  field.placeholder = words.composer.placeholder;
  root.append(form);

  const render = () => {
    const writable = conversation.live || mayCall(conversation, roster);
    const fault = faultOf(field.value, conversation, writable);
    send.disabled = !writable || field.value.trim() === '' || fault !== '';
    hint.classList.toggle('keys-hint', conversation.state === 'open');
    setText(hint, hintFor(conversation, writable));
    setText(problem, fault);
    setAttribute(field, 'aria-invalid', fault === '' ? null : 'true');
  };
  const submit = () => {
    render(); // the text may have come without a word
    if (send.disabled || !chat.say(conversation, field.value, session.myName)) return;
    field.value = '';
    conversation.draft = '';
    render();
    fit(field);
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
    field.focus();
  }, { signal });
  field.addEventListener('keydown', (event) => {
    // While an input method is composing, Enter picks a candidate. Safari ends
    // the composition before the keydown, and tells by the key code 229 only.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  }, { signal });
  const changed = () => {
    conversation.draft = field.value;
    render();
    fit(field);
  };
  for (const type of ['input', 'change']) field.addEventListener(type, changed, { signal });
  conversation.addEventListener('state', render, { signal });
  conversation.addEventListener('delivery', render, { signal });
  roster.addEventListener('change', render, { signal });
  render();
  fit(field);
  return field;
}

/**
 * Whether what is written now can call them.
 *
 * @param {Conversation} conversation
 * @param {Roster} roster
 */
function mayCall({ callable, name }, roster) {
  return callable && roster.isOnline(name) && !roster.stale;
}

/**
 * @param {Conversation} conversation
 * @param {boolean} writable
 */
function hintFor({ name, live, state }, writable) {
  if (state === 'open') return words.composer.keysHint;
  if (live) return words.composer.waitingHint;
  return writable ? words.composer.callingHint(name) : words.composer.closedHint;
}

/**
 * Why this cannot be sent whatever the connection does; '' = it can.
 *
 * @param {string} text
 * @param {Conversation} conversation
 * @param {boolean} writable
 */
function faultOf(text, conversation, writable) {
  const surplus = text.length - MAX_TEXT_SENT;
  if (surplus > 0) return words.composer.tooLong(surplus);
  if (!writable || text === '' || conversation.hasRoomFor(text)) return '';
  return words.composer.tooMuch;
}

/**
 * Makes the field as high as its text, up to the limit of the style sheet,
 * where CSS cannot do that itself yet.
 *
 * @param {HTMLTextAreaElement} field
 */
function fit(field) {
  if (CSS.supports('field-sizing', 'content')) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}
