/** The form in which one says who one is: in front of the chat, or beside conversations that go on. */

import { words } from '../words/index.js';
import { el, setAttribute, setText } from './dom.js';

/** @import { Session } from '../model/session.js' */

/**
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {{signal: AbortSignal}} options
 * @returns {() => void} moves the focus to where one goes on
 */
export function mountLoginForm(root, session, { signal }) {
  const form = buildForm();
  const { field, token, room, button, error, hint } = form;
  field.value = session.lastName;
  room.value = session.room;
  root.append(form.form);

  const focus = () => {
    const wrong = { token, room, name: field, neither: field }[session.errorAbout];
    wrong.focus();
    if (session.error) wrong.select();
  };
  let shownError = session.error;
  let shownToken = '';
  const render = () => {
    const { busy, needsToken } = session;
    if (session.token !== shownToken) token.value = shownToken = session.token;
    button.disabled = busy || field.value.trim() === '' || (needsToken && token.value.trim() === '');
    setAttribute(button, 'aria-busy', busy ? 'true' : null);
    form.tokenRow.hidden = !needsToken;
    form.roomRow.hidden = !session.roomRefused;
    setText(hint, busy ? words.loginForm.busy : needsToken ? words.loginForm.tokenHint : words.loginForm.nameHint);
    setText(error, session.error);
    describe(field, session.error !== '' && session.errorAbout === 'name', form);
    describe(token, session.error !== '' && session.errorAbout === 'token', form);
    describe(room, session.error !== '' && session.errorAbout === 'room', form);
    if (session.error && session.error !== shownError && !busyElsewhere(form.form)) focus();
    shownError = session.error;
  };

  form.form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (session.roomRefused) session.room = room.value.trim();
    session.login(field.value, token.value);
  }, { signal });
  const changed = () => {
    session.dismissError();
    render();
  };
  // What a password manager fills in comes with a `change` alone, or with nothing at all: then whoever is about to
  // press the button finds it enabled.
  for (const type of ['input', 'change']) form.form.addEventListener(type, changed, { signal });
  for (const type of ['pointerover', 'focusin', 'keyup']) form.form.addEventListener(type, render, { signal });
  session.addEventListener('change', render, { signal });
  render();
  return focus;
}

/**
 * Whether the user has gone on to something else, such as a message, and is not to be torn away from it.
 * @param {HTMLElement} form
 */
function busyElsewhere(form) {
  const { activeElement } = document;
  return activeElement !== null && activeElement !== document.body && !form.contains(activeElement);
}

/**
 * Says of a field whether it is what is wrong, and where to read why.
 *
 * @param {HTMLInputElement} input
 * @param {boolean} wrong
 * @param {ReturnType<typeof buildForm>} form
 */
function describe(input, wrong, { error, hint }) {
  setAttribute(input, 'aria-invalid', wrong ? 'true' : null);
  setAttribute(input, 'aria-describedby', wrong ? `${error.id} ${hint.id}` : hint.id);
}

function buildForm() {
  const field = el('input', {
    id: 'name', name: 'username', type: 'text', required: true,
    autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', enterkeyhint: 'go',
  });
  const token = el('input', { id: 'token', name: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'go' });
  const tokenRow = el('div', { class: 'login-extra', hidden: true }, el('label', { for: 'token' }, words.loginForm.token), token);
  const room = el('input', { id: 'room', name: 'room', type: 'text', autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'go' });
  const roomRow = el('div', { class: 'login-extra', hidden: true }, el('label', { for: 'room' }, words.loginForm.room), room);
  const button = el('button', { type: 'submit', class: 'button primary' }, words.loginForm.login);
  const error = el('p', { id: 'name-error', class: 'field-error', role: 'alert' });
  const hint = el('p', { id: 'name-hint', class: 'hint' });
  const form = el('form', { class: 'login-form', novalidate: true },
    el('label', { for: 'name' }, words.loginForm.name),
    el('div', { class: 'login-row' }, field, button),
    tokenRow, roomRow, error, hint);
  return { form, field, token, tokenRow, room, roomRow, button, error, hint };
}
