/** What is rarely changed, in a dialog behind a button. */

import { words } from '../words/index.js';
import { mountCheckButton } from './check-button.js';
import { mountAnswering } from './consent-view.js';
import { el } from './dom.js';
import { closeIcon, settingsIcon } from './icons.js';
import { mountPart } from './part.js';
import { mountPrivacy } from './privacy-view.js';

/** @import { Consent } from '../model/consent.js' */
/** @import { Privacy } from '../model/privacy.js' */
/** @import { Signaling } from '../../lib/beckon.js' */

/**
 * @param {HTMLElement} root where the button goes
 * @param {{consent: Consent, privacy: Privacy, signaling: Signaling}} models
 * @param {{signal: AbortSignal}} options signal: takes both away
 */
export function mountSettings(root, { consent, privacy, signaling }, { signal }) {
  const button = el('button', { type: 'button', class: 'button small quiet settings-button', 'aria-haspopup': 'dialog' },
    settingsIcon(), el('span', { class: 'settings-word' }, words.settings.title));
  const { dialog, body, close } = buildDialog();
  root.append(button);
  document.body.append(dialog);
  mountPart(body, () => mountAnswering(body, consent, { signal }));
  mountPart(body, () => mountPrivacy(body, privacy, { signal }));
  mountPart(body, () => mountCheckButton(body, signaling, { signal }));

  button.addEventListener('click', () => {
    button.focus(); // which Safari does not do by itself: where the focus is now, it comes back to
    dialog.showModal();
  }, { signal });
  close.addEventListener('click', () => dialog.close(), { signal });
  closeBeside(dialog, signal);
  signal.addEventListener('abort', () => {
    dialog.close();
    dialog.remove();
    button.remove();
  });
}

function buildDialog() {
  const title = el('h2', { id: 'settings-title', tabindex: -1, autofocus: true }, words.settings.title);
  const close = el('button', { type: 'button', class: 'button icon-button', 'aria-label': words.settings.close }, closeIcon());
  const body = el('div', { class: 'settings-body' });
  const dialog = el('dialog', { class: 'settings', 'aria-labelledby': 'settings-title' },
    el('div', { class: 'settings-header' }, title, close), body);
  return { dialog, body, close };
}

/**
 * Closes a dialog when one clicks beside it: its content covers it, so what hits the dialog itself does not hit what
 * one sees. Who selects text, and lets go beside it, does not mean that.
 *
 * @param {HTMLDialogElement} dialog
 * @param {AbortSignal} signal
 */
function closeBeside(dialog, signal) {
  let pressed = false;
  dialog.addEventListener('pointerdown', ({ target }) => { pressed = target === dialog; }, { signal });
  dialog.addEventListener('click', ({ target }) => {
    if (pressed && target === dialog) dialog.close();
  }, { signal });
}
