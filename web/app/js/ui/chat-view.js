/** The chat: people on one side, a conversation on the other; on a narrow screen one at a time. */

import { words } from '../words/index.js';
import { mountCallers } from './consent-view.js';
import { mountConversation } from './conversation-view.js';
import { el, setAttribute } from './dom.js';
import { markIcon } from './icons.js';
import { mountLoginAgain } from './login-again-view.js';
import { mountPart } from './part.js';
import { mountPrivacyNote } from './privacy-view.js';
import { mountRoster } from './roster-view.js';
import { mountSettings } from './settings-view.js';

/** @import { Chat } from '../model/chat.js' */
/** @import { Consent } from '../model/consent.js' */
/** @import { Privacy } from '../model/privacy.js' */
/** @import { Roster } from '../model/roster.js' */
/** @import { Session } from '../model/session.js' */
/** @import { Signaling } from '../../lib/beckon.js' */

/** @typedef {{chat: Chat, roster: Roster, session: Session, privacy: Privacy, consent: Consent, signaling: Signaling}} Models */

/**
 * @param {HTMLElement} root
 * @param {Models} models
 * @param {{signal: AbortSignal, wide: MediaQueryList, header: HTMLElement, announce: (text: string) => void}} options
 *   header: where the way to the settings goes
 */
export function mountChat(root, models, { signal, wide, header, announce }) {
  const { chat, session } = models;
  const people = el('section', { class: 'pane people-pane', 'aria-labelledby': 'people-title' });
  const stage = el('section', { class: 'pane conversation-pane' });
  mountPart(root, () => mountLoginAgain(root, session, {
    signal,
    leaveFocus: () => (chat.selected ? focusConversation() : focusPeople()),
  }));
  const callers = el('div');
  root.append(callers, el('div', { class: 'chat' }, people, stage));

  /** @type {AbortController | null} */
  let current = null;
  /** @type {ReturnType<typeof mountConversation> | null} */
  let shown = null;
  /** The key of the conversation shown. */
  let key = '';
  const focusConversation = () => {
    // On a phone the field would pull up the keyboard over what one came to read.
    (wide.matches && shown?.field || shown?.title)?.focus();
  };
  const render = () => {
    current?.abort();
    current = new AbortController();
    stage.replaceChildren();
    const { signal: until } = current;
    shown = mountPart(stage, () => showConversation(stage, models, { signal: until, focusPeople, focusConversation }));
    if (!chat.selected) stage.append(nobody());
    setAttribute(stage, 'aria-labelledby', shown ? 'conversation-title' : null);
    setAttribute(stage, 'aria-label', shown ? null : words.nobody.label);
    document.body.dataset.pane = chat.selected ? 'conversation' : 'people';
    if (!chat.selected && key) focusPeople(key); // where one came from, by whichever way back
    key = chat.selected?.key ?? '';
  };

  const focusPeople = mountPart(people, () => mountRoster(people, models, {
    signal,
    announce,
    actions: {
      open: (key) => { chat.open(key); focusConversation(); },
      connect: (name) => { chat.connect(name); focusConversation(); },
      disconnect: (key) => chat.disconnect(key),
    },
  })) ?? (() => {});
  mountPart(callers, () => mountCallers(callers, models.consent, {
    signal,
    accept: (peer) => { chat.accept(peer); focusConversation(); },
    after: () => (chat.selected ? focusConversation() : focusPeople()),
  }));
  mountPart(people, () => mountPrivacyNote(people, models.privacy, { signal }));
  mountPart(header, () => mountSettings(header, models, { signal }));
  chat.addEventListener('selection', render, { signal });
  signal.addEventListener('abort', () => {
    current?.abort();
    delete document.body.dataset.pane;
  });
  render();
  focusPeople();
}

/**
 * @param {HTMLElement} stage
 * @param {Models} models
 * @param {{signal: AbortSignal, focusPeople: (key?: string) => void, focusConversation: () => void}} options
 */
function showConversation(stage, { chat, roster, session }, { signal, focusPeople, focusConversation }) {
  const conversation = chat.selected;
  if (!conversation) return null;
  const views = mountConversation(stage, { conversation, chat, roster, session }, {
    signal,
    actions: {
      back: () => chat.select(null),
      connect: () => { chat.connect(conversation.name); focusConversation(); },
      disconnect: () => { chat.disconnect(conversation.key); views.title.focus(); },
      close: () => { chat.close(conversation.key); focusPeople(); },
    },
  });
  return views;
}

function nobody() {
  return el('div', { class: 'nobody' },
    markIcon('mark mark-large'),
    el('h2', { class: 'nobody-title' }, words.nobody.title),
    el('p', { class: 'lead' }, words.nobody.lead));
}
