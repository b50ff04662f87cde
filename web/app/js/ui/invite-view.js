/** Which room this is, and the way to ask others in. */

import { inviteLink } from '../model/invite.js';
import { words } from '../words/index.js';
import { copyText } from './copy.js';
import { el, setText } from './dom.js';

/** @import { Session } from '../model/session.js' */

/** How long the button says that it has copied, ms. */
const SAID = 3_000;

/**
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {{signal: AbortSignal, announce: (text: string) => void}} options
 */
export function mountInvite(root, session, { signal, announce }) {
  const name = el('strong', { dir: 'auto', translate: 'no' });
  const room = el('p', { class: 'invite-room' }, ...words.room.named(name));
  const lobby = el('p', { class: 'invite-room' }, words.room.lobby);
  const button = el('button', { type: 'button', class: 'button small invite-copy' }, words.room.copy);
  const field = el('input', { type: 'text', readonly: true, 'aria-label': words.room.link, hidden: true });
  root.append(el('div', { class: 'invite' }, room, lobby, button, field));

  const render = () => {
    setText(name, session.room);
    room.title = session.room;
    room.hidden = !session.room;
    lobby.hidden = !room.hidden;
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let fading;
  button.addEventListener('click', async () => {
    const copied = await copyText(inviteLink(location, session.room), field);
    announce(copied ? words.room.copiedIt : words.room.selected);
    clearTimeout(fading);
    fading = setTimeout(() => setText(button, words.room.copy), SAID);
    setText(button, copied ? words.room.copied : words.room.copy);
  }, { signal });
  session.addEventListener('change', render, { signal });
  render();
}
