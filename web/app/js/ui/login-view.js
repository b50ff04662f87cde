/** Choosing a name: the form in front of the chat. */

import { words } from '../words/index.js';
import { mountCheckButton } from './check-button.js';
import { el } from './dom.js';
import { markIcon } from './icons.js';
import { mountLoginForm } from './login-form.js';
import { mountPart } from './part.js';
import { mountPrivacy } from './privacy-view.js';

/** @import { Privacy } from '../model/privacy.js' */
/** @import { Session } from '../model/session.js' */
/** @import { Signaling } from '../../lib/beckon.js' */

/**
 * @param {HTMLElement} root
 * @param {{session: Session, privacy: Privacy, signaling: Signaling}} models
 * @param {{signal: AbortSignal}} options
 */
export function mountLogin(root, { session, privacy, signaling }, { signal }) {
  const roomLine = el('p', { class: 'room-line' }, ...words.room.named(el('strong', { dir: 'auto', translate: 'no' }, session.room)));
  const card = buildCard(roomLine);
  root.append(card);
  // Once it is refused there is a field for it.
  const render = () => { roomLine.hidden = !session.room || session.roomRefused; };
  session.addEventListener('change', render, { signal });
  render();
  const focus = mountLoginForm(card, session, { signal });
  mountPart(card, () => mountPrivacy(card, privacy, { signal }));
  mountPart(card, () => mountCheckButton(card, signaling, { signal }));
  focus();
}

/** @param {HTMLElement} roomLine */
function buildCard(roomLine) {
  return el('section', { class: 'card login', 'aria-labelledby': 'login-title' },
    markIcon('mark mark-large'),
    el('h2', { id: 'login-title', class: 'login-title' }, words.login.title),
    el('p', { class: 'lead' }, words.login.lead),
    roomLine);
}
