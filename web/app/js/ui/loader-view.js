/** What is shown until the server has greeted us for the first time. */

import { words } from '../words/index.js';
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
    el('p', {}, words.loader.connecting));
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
  const command = el('code', { dir: 'ltr', translate: 'no' }, `beckon doctor ${new URL('.', location.href)}`);
  return el('div', { class: 'loader-help', role: 'alert' },
    el('p', {}, words.loader.unreachable),
    el('p', {}, ...words.loader.goesOnTrying(command)));
}
