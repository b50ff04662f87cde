/** The header's right side: who we are, and the way out. */

import { words } from '../words/index.js';
import { el, setText } from './dom.js';

/** @import { Session } from '../model/session.js' */

/**
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {{signal: AbortSignal, onLogout: () => void}} options
 */
export function mountAccount(root, session, { signal, onLogout }) {
  const name = el('strong', { class: 'account-name', dir: 'auto', translate: 'no' });
  const text = el('p', { class: 'account-text' }, ...words.account.loggedInAs(name));
  const button = el('button', { type: 'button', class: 'button small quiet' }, words.account.logout);
  const account = el('div', { class: 'account' }, text, button);
  root.append(account);

  const render = () => {
    account.hidden = !session.loggedIn;
    setText(name, session.myName);
    name.title = session.myName;
  };
  button.addEventListener('click', onLogout, { signal });
  session.addEventListener('change', render, { signal });
  render();
}
