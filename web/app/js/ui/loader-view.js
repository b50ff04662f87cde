/** What is shown until the server has greeted us for the first time. */

import { el } from './dom.js';
import { markIcon } from './icons.js';

/** @import { Session } from '../model/session.js' */

/**
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {{signal: AbortSignal}} options
 */
export function mountLoader(root, session, { signal }) {
  const loader = el('div', { class: 'loader' },
    markIcon('mark mark-large mark-seeking'),
    el('p', {}, 'Connecting to the server…'));
  root.append(loader);

  const help = unreachableHelp();
  const render = () => {
    // Only what comes into the page is read out.
    if (!session.unreachable) help.remove();
    else if (!help.isConnected) loader.append(help);
  };
  session.addEventListener('change', render, { signal });
  render();
}

function unreachableHelp() {
  return el('div', { class: 'loader-help', role: 'alert' },
    el('p', {}, 'The server has sent this page, but its WebSocket does not answer. It may have gone down since then; or a proxy, a firewall or an extension of this browser does not let WebSocket pass.'),
    el('p', {}, 'The page goes on trying. Whoever runs the server can find out what is wrong with ',
      el('code', { dir: 'ltr', translate: 'no' }, `beckon doctor ${new URL('.', location.href)}`), '.'));
}
