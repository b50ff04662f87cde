/** A checkbox: never show my address; and the line that says so where it is not in view. */

import { words } from '../words/index.js';
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
    el('label', { class: 'privacy-label', for: 'hide-address' }, box, words.privacy.hide), hint));

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

/**
 * @param {HTMLElement} root
 * @param {Privacy} privacy
 * @param {{signal: AbortSignal}} options
 */
export function mountPrivacyNote(root, privacy, { signal }) {
  const note = el('p', { class: 'privacy-note', role: 'status' });
  root.append(note);

  const render = () => {
    note.classList.toggle('privacy-problem', privacy.walled);
    setText(note, noteFor(privacy));
  };
  privacy.addEventListener('change', render, { signal });
  render();
}

/** @param {Privacy} privacy */
function noteFor({ hidden, forced, walled }) {
  if (!hidden) return '';
  if (walled) return words.privacy.note.walled;
  return forced ? words.privacy.note.forced : words.privacy.note.hidden;
}

/** @param {Privacy} privacy */
function hintFor({ hidden, forced, walled }) {
  if (walled) return forced ? words.privacy.forcedAndWalled : words.privacy.walled;
  if (forced) return words.privacy.forced;
  return hidden ? words.privacy.hidden : words.privacy.shown;
}
