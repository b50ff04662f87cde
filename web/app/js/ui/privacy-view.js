/** A checkbox: never show my address. */

import { el, setText } from './dom.js';

/** @import { Privacy } from '../model/privacy.js' */

/**
 * @param {HTMLElement} root
 * @param {Privacy} privacy
 * @param {{signal: AbortSignal}} options
 */
export function mountPrivacy(root, privacy, { signal }) {
  const box = el('input', { type: 'checkbox', id: 'hide-address', 'aria-describedby': 'hide-address-hint' });
  const hint = el('p', { id: 'hide-address-hint', class: 'hint', role: 'status' });
  root.append(el('div', { class: 'privacy' },
    el('label', { class: 'privacy-label', for: 'hide-address' }, box, 'Never show my address'), hint));

  const render = () => {
    box.checked = privacy.hidden;
    box.disabled = privacy.forced;
    hint.classList.toggle('privacy-problem', privacy.walled);
    setText(hint, hintFor(privacy));
  };
  box.addEventListener('change', () => privacy.hide(box.checked), { signal });
  privacy.addEventListener('change', render, { signal });
  render();
}

/** @param {Privacy} privacy */
function hintFor({ hidden, forced, walled }) {
  if (walled) {
    return forced
      ? 'This server wants everything to go through a relay, and offers none: nobody can be connected to. Its operator can switch one on (--turn).'
      : 'That takes a relay, and this server offers none: nobody can be connected to. Its operator can switch one on (--turn).';
  }
  if (forced) return 'This server wants it so: all goes through its relay.';
  return hidden
    ? 'All goes through a relay of the server.'
    : 'Who is connected to you can see the network address of this device.';
}
