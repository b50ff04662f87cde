/** Where a message is written: Enter sends, Shift+Enter breaks the line. */

import { MAX_TEXT_SENT } from '../model/message.js';
import { el, setAttribute, setText } from './dom.js';
import { sendIcon } from './icons.js';

/** @import { Conversation } from '../model/conversation.js' */
/** @import { Session } from '../model/session.js' */

const KEYS_HINT = 'Enter sends, Shift+Enter breaks the line.';

/**
 * @param {HTMLElement} root
 * @param {{conversation: Conversation, session: Session}} models
 * @param {{signal: AbortSignal}} options
 * @returns {HTMLElement} the text field
 */
export function mountComposer(root, { conversation, session }, { signal }) {
  const field = el('textarea', { id: 'message', rows: 1, autocomplete: 'off', enterkeyhint: 'send', 'aria-describedby': 'message-hint' });
  const send = el('button', { type: 'submit', class: 'button primary send' }, sendIcon(), el('span', { class: 'send-word' }, 'Send'));
  const hint = el('p', { id: 'message-hint', class: 'hint' });
  const problem = el('p', { class: 'field-error', role: 'alert' });
  const form = el('form', { class: 'composer' },
    el('label', { for: 'message', class: 'visually-hidden' }, 'Message'),
    el('div', { class: 'composer-row' }, field, send), hint, problem);
  field.value = conversation.draft;
  field.placeholder = 'Write a message';
  root.append(form);

  const render = () => {
    const surplus = field.value.length - MAX_TEXT_SENT;
    send.disabled = !conversation.canSend || field.value.trim() === '' || surplus > 0;
    hint.classList.toggle('keys-hint', conversation.canSend);
    setText(hint, conversation.canSend ? KEYS_HINT : 'Not connected: what you write is kept until you are.');
    setText(problem, surplus > 0 ? `Too long by ${surplus.toLocaleString('en')} characters.` : '');
    setAttribute(field, 'aria-invalid', surplus > 0 ? 'true' : null);
  };
  const submit = () => {
    if (send.disabled) return;
    if (!conversation.send(field.value, session.myName)) {
      setText(problem, 'That could not be sent. Please try again in a moment.');
      return;
    }
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
  field.addEventListener('input', () => {
    conversation.draft = field.value;
    render();
    fit(field);
  }, { signal });
  conversation.addEventListener('state', render, { signal });
  render();
  fit(field);
  return field;
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
