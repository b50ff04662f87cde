/** What is shown until the server has greeted us for the first time. */

import { el } from './dom.js';
import { markIcon } from './icons.js';

/** @param {HTMLElement} root */
export function mountLoader(root) {
  root.append(el('div', { class: 'loader' },
    markIcon('mark mark-large mark-seeking'),
    el('p', {}, 'Connecting to the server…')));
}
