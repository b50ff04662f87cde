/** Shows the view that fits: waiting for the server, logging in, or chatting. */

import { words } from '../words/index.js';
import { mountChat } from './chat-view.js';
import { mountLoader } from './loader-view.js';
import { mountLogin } from './login-view.js';
import { mountPart } from './part.js';

/** @import { Models } from './chat-view.js' */

/**
 * @param {HTMLElement} root emptied first
 * @param {Models} models
 * @param {{signal: AbortSignal, wide: MediaQueryList, header: HTMLElement, announce: (text: string) => void}} options
 */
export function mountApp(root, models, { signal, wide, header, announce }) {
  const { session, roster, privacy, signaling } = models;
  let view = '';
  let loggedIn = false;
  let current = new AbortController();
  const show = () => {
    view = session.view;
    current.abort();
    current = new AbortController();
    root.replaceChildren();
    document.body.dataset.view = view;
    const options = { signal: current.signal, wide, header, announce };
    mountPart(root, () => {
      if (view === 'loading') mountLoader(root, session, options);
      else if (view === 'login') mountLogin(root, { session, privacy, signaling }, options);
      else mountChat(root, models, options);
    });
  };
  const render = () => {
    if (session.view !== view) show();
    if (session.loggedIn === loggedIn) return;
    loggedIn = session.loggedIn;
    if (loggedIn) announce(words.announcement.welcome(session.myName, roster.onlineCount));
    else if (!session.error) announce(words.announcement.loggedOut);
  };
  session.addEventListener('change', render, { signal });
  signal.addEventListener('abort', () => current.abort());
  render();
}
