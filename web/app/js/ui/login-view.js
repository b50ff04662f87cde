/** Choosing a name: the form in front of the chat. */

import { el, setAttribute, setText } from './dom.js';
import { markIcon } from './icons.js';

/** @import { Session } from '../model/session.js' */

const NAME_HINT = 'The others see you under this name. No account, no password.';

/**
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {{signal: AbortSignal}} options
 */
export function mountLogin(root, session, { signal }) {
  const form = buildForm(session);
  const { field, button, error, hint } = form;
  field.value = session.lastName;
  root.append(form.card);

  let shownError = '';
  const render = () => {
    const empty = field.value.trim() === '';
    button.disabled = empty || session.busy;
    setAttribute(button, 'aria-busy', session.busy ? 'true' : null);
    setText(hint, session.busy ? 'Logging in…' : NAME_HINT);
    setText(error, session.error);
    setAttribute(field, 'aria-invalid', session.error ? 'true' : null);
    setAttribute(field, 'aria-describedby', session.error ? `${error.id} name-hint` : 'name-hint');
    if (session.error && session.error !== shownError) {
      field.focus();
      field.select();
    }
    shownError = session.error;
  };

  form.form.addEventListener('submit', (event) => {
    event.preventDefault();
    session.login(field.value);
  }, { signal });
  field.addEventListener('input', () => {
    session.dismissError();
    render();
  }, { signal });
  session.addEventListener('change', render, { signal });
  render();
  field.focus();
}

/** @param {Session} session */
function buildForm({ room }) {
  const field = el('input', {
    id: 'name', name: 'username', type: 'text', required: true,
    autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', enterkeyhint: 'go',
  });
  const button = el('button', { type: 'submit', class: 'button primary' }, 'Log in');
  const error = el('p', { id: 'name-error', class: 'field-error', role: 'alert' });
  const hint = el('p', { id: 'name-hint', class: 'hint' });
  const form = el('form', { class: 'login-form', novalidate: true },
    el('label', { for: 'name' }, 'Username'),
    el('div', { class: 'login-row' }, field, button),
    error, hint);
  const card = el('section', { class: 'card login', 'aria-labelledby': 'login-title' },
    markIcon('mark mark-large'),
    el('h2', { id: 'login-title', class: 'login-title' }, 'Who is calling?'),
    el('p', { class: 'lead' }, 'beckon introduces your browser to other browsers. Once two are connected, what you write goes straight from one to the other.'),
    room ? el('p', { class: 'room-line' }, 'Room: ', el('strong', { dir: 'auto' }, room)) : null,
    form);
  return { card, form, field, button, error, hint };
}
