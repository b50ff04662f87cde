/** Choosing a name: the form in front of the chat. */

import { mountCheckButton } from './check-button.js';
import { el, setAttribute, setText } from './dom.js';
import { markIcon } from './icons.js';
import { mountPart } from './part.js';
import { mountPrivacy } from './privacy-view.js';

/** @import { Privacy } from '../model/privacy.js' */
/** @import { Session } from '../model/session.js' */
/** @import { Signaling } from '../../lib/beckon.js' */

const NAME_HINT = 'The others see you under this name. No account, no password.';
const TOKEN_HINT = 'This server lets in whoever has a token for it. It is not stored.';

/**
 * @param {HTMLElement} root
 * @param {{session: Session, privacy: Privacy, signaling: Signaling}} models
 * @param {{signal: AbortSignal}} options
 */
export function mountLogin(root, { session, privacy, signaling }, { signal }) {
  const form = buildForm(session);
  const { field, token, room, button, error, hint } = form;
  field.value = session.lastName;
  room.value = session.room;
  root.append(form.card);
  mountPart(form.card, () => mountPrivacy(form.card, privacy, { signal }));
  mountPart(form.card, () => mountCheckButton(form.card, signaling, { signal }));

  let shownError = '';
  const render = () => {
    const { busy, needsToken } = session;
    button.disabled = busy || field.value.trim() === '' || (needsToken && token.value.trim() === '');
    setAttribute(button, 'aria-busy', busy ? 'true' : null);
    form.tokenRow.hidden = !needsToken;
    form.roomRow.hidden = !session.roomRefused;
    form.roomLine.hidden = !session.room || session.roomRefused;
    setText(hint, busy ? 'Logging in…' : needsToken ? TOKEN_HINT : NAME_HINT);
    setText(error, session.error);
    const wrong = { name: field, token, room }[session.errorAbout];
    for (const input of [field, token, room]) describe(input, session.error !== '' && input === wrong, form);
    if (session.error && session.error !== shownError) {
      wrong.focus();
      wrong.select();
    }
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
  field.focus();
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

/** @param {Session} session */
function buildForm(session) {
  const field = el('input', {
    id: 'name', name: 'username', type: 'text', required: true,
    autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', enterkeyhint: 'go',
  });
  const token = el('input', { id: 'token', name: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'go' });
  const tokenRow = el('div', { class: 'login-extra', hidden: true }, el('label', { for: 'token' }, 'Token'), token);
  const room = el('input', { id: 'room', name: 'room', type: 'text', autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'go' });
  const roomRow = el('div', { class: 'login-extra', hidden: true }, el('label', { for: 'room' }, 'Room'), room);
  const roomLine = el('p', { class: 'room-line' }, 'Room: ', el('strong', { dir: 'auto', translate: 'no' }, session.room));
  const button = el('button', { type: 'submit', class: 'button primary' }, 'Log in');
  const error = el('p', { id: 'name-error', class: 'field-error', role: 'alert' });
  const hint = el('p', { id: 'name-hint', class: 'hint' });
  const form = el('form', { class: 'login-form', novalidate: true },
    el('label', { for: 'name' }, 'Username'),
    el('div', { class: 'login-row' }, field, button),
    tokenRow, roomRow, error, hint);
  const card = el('section', { class: 'card login', 'aria-labelledby': 'login-title' },
    markIcon('mark mark-large'),
    el('h2', { id: 'login-title', class: 'login-title' }, 'Who is calling?'),
    el('p', { class: 'lead' }, 'beckon introduces your browser to other browsers. Once two are connected, what you write goes straight from one to the other.'),
    roomLine,
    form);
  return { card, form, field, token, tokenRow, room, roomRow, roomLine, button, error, hint };
}
