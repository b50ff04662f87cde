/** The way back for whom the server has sent away: above the conversations, which go on without it. */

import { words } from '../words/index.js';
import { el, setText } from './dom.js';
import { mountLoginForm } from './login-form.js';
import { mountPart } from './part.js';

/** @import { Session } from '../model/session.js' */

/**
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {{signal: AbortSignal, leaveFocus: () => void}} options
 *   leaveFocus: takes the focus when the form goes away under it
 */
export function mountLoginAgain(root, session, { signal, leaveFocus }) {
  const strip = el('section', { class: 'login-again', 'aria-labelledby': 'login-again-title', hidden: true });
  const title = el('h2', { id: 'login-again-title', class: 'login-again-title' });
  root.append(strip);

  /** @type {AbortController | null} of the form, while there is one */
  let current = null;
  const show = () => {
    const { signal: until } = current = new AbortController();
    strip.append(title);
    mountPart(strip, () => mountLoginForm(strip, session, { signal: until }));
    strip.hidden = false;
  };
  const hide = () => {
    // A button that was pressed, and is disabled since, has lost the focus to the page.
    const { activeElement } = document;
    const focused = activeElement === document.body || strip.contains(activeElement);
    current?.abort();
    current = null;
    strip.replaceChildren();
    strip.hidden = true;
    if (focused) leaveFocus();
  };
  const render = () => {
    setText(title, words.notice.conversationsGoOn(session.elsewhere ? words.notice.elsewhere : words.loginAgain.loggedOut));
    if (session.loggedIn !== (current !== null)) return;
    if (session.loggedIn) hide();
    else show();
  };
  session.addEventListener('change', render, { signal });
  signal.addEventListener('abort', () => current?.abort());
  render();
}
