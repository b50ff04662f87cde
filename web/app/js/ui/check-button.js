/** The way to the connection check, which is loaded when all else is. */

import { words } from '../words/index.js';
import { el, setText, whenIdle } from './dom.js';

/** @import { Signaling } from '../../lib/beckon.js' */

/**
 * @param {HTMLElement} root
 * @param {Signaling} signaling
 * @param {{signal: AbortSignal}} options
 */
export function mountCheckButton(root, signaling, { signal }) {
  const button = el('button', { type: 'button', class: 'button small quiet check-button', 'aria-haspopup': 'dialog' }, words.check.title);
  root.append(button);
  button.addEventListener('click', async () => {
    const view = await load();
    setText(button, view ? words.check.title : words.check.notLoaded);
    if (!signal.aborted) view?.openCheck(signaling, { signal });
  }, { signal });
  // It may be asked for when the server is away.
  whenIdle(load);
}

/** @returns null: the server does not answer */
function load() {
  return import('./check-view.js').catch(() => null);
}
