/** One conversation: its header, what was said, and where to write. */

import { connectionWords } from '../model/connection-words.js';
import { words } from '../words/index.js';
import { mountComposer } from './composer-view.js';
import { el, setAttribute, setText } from './dom.js';
import { avatarIcon, backIcon } from './icons.js';
import { mountMessages } from './messages-view.js';
import { mountPart } from './part.js';
import { mountUnsent } from './unsent-view.js';

/** @import { Chat } from '../model/chat.js' */
/** @import { Conversation } from '../model/conversation.js' */
/** @import { Roster } from '../model/roster.js' */
/** @import { Session } from '../model/session.js' */

/**
 * @typedef {object} ConversationActions
 * @property {() => void} back        show the list of people instead (narrow screens)
 * @property {() => void} connect     connect, again if need be
 * @property {() => void} disconnect
 * @property {() => void} close       forget the conversation
 */

/**
 * @param {HTMLElement} root
 * @param {{conversation: Conversation, chat: Chat, roster: Roster, session: Session}} models
 * @param {{signal: AbortSignal, actions: ConversationActions}} options
 * @returns {{title: HTMLElement, field: HTMLElement | null}} what the focus may be moved to
 */
export function mountConversation(root, models, { signal, actions }) {
  const { conversation } = models;
  const title = mountHeader(root, models, { signal, actions });
  mountPart(root, () => mountMessages(root, conversation, { signal }));
  mountPart(root, () => mountUnsent(root, conversation, { signal, after: () => field?.focus() }));
  const field = mountPart(root, () => mountComposer(root, models, { signal }));
  return { title, field };
}

/**
 * Whom it is with, how the line to them is and why, and the one button that helps.
 *
 * @param {HTMLElement} root
 * @param {{conversation: Conversation, roster: Roster, session: Session}} models
 * @param {{signal: AbortSignal, actions: ConversationActions}} options
 * @returns {HTMLElement} the title
 */
export function mountHeader(root, { conversation, roster, session }, { signal, actions }) {
  const { name } = conversation;
  const header = buildHeader(name, actions, signal);
  root.append(header.bar, header.help);

  const render = () => {
    const connection = connectionWords({
      name,
      state: conversation.state,
      route: conversation.route,
      reason: conversation.reason,
      begun: conversation.begun,
      untaken: conversation.untaken,
      hungUp: conversation.hungUp,
      online: !conversation.former && (roster.isOnline(name) || roster.stale),
      former: conversation.former,
      another: conversation.another,
      servers: session.servers,
      relayForced: session.relayForced,
    });
    header.bar.dataset.tone = connection.tone;
    setText(header.state, connection.label);
    setText(header.helpText, connection.help);
    header.help.hidden = connection.help === '';
    header.help.dataset.tone = connection.tone;
    showAction(header, roster.stale ? '' : connection.action); // no call gets there: what helps is above, to reach the server
    header.disconnect.hidden = !conversation.live;
    header.close.hidden = conversation.live;
  };
  conversation.addEventListener('state', render, { signal });
  roster.addEventListener('change', render, { signal });
  render();
  return header.title;
}

/**
 * @param {ReturnType<typeof buildHeader>} header
 * @param {string} text '' = there is nothing to press, and who was about to goes on from the title
 */
function showAction({ action, title }, text) {
  if (text === '' && document.activeElement === action) title.focus();
  action.hidden = text === '';
  setText(action, text);
}

/**
 * @param {string} name
 * @param {ConversationActions} actions
 * @param {AbortSignal} signal
 */
function buildHeader(name, actions, signal) {
  const title = el('h2', { id: 'conversation-title', class: 'conversation-title', dir: 'auto', translate: 'no', tabindex: '-1', title: name }, name);
  const state = el('p', { class: 'conversation-state', role: 'status' });
  const back = el('button', { type: 'button', class: 'button icon-button narrow-only', 'aria-label': words.conversation.back }, backIcon());
  const disconnect = el('button', { type: 'button', class: 'button small narrow-only' }, words.conversation.disconnect);
  setAttribute(disconnect, 'aria-label', words.conversation.disconnectFrom(name));
  const close = el('button', { type: 'button', class: 'button small quiet', 'aria-label': words.conversation.closeIt }, words.conversation.close);
  const action = el('button', { type: 'button', class: 'button small primary' });
  const helpText = el('p', { role: 'status' });
  const help = el('div', { class: 'conversation-help', hidden: true }, helpText, action);
  const bar = el('header', { class: 'conversation-header' },
    back, avatarIcon(name),
    el('div', { class: 'conversation-words' }, title, state),
    disconnect, close);
  back.addEventListener('click', actions.back, { signal });
  disconnect.addEventListener('click', actions.disconnect, { signal });
  close.addEventListener('click', actions.close, { signal });
  action.addEventListener('click', actions.connect, { signal });
  return { bar, title, state, disconnect, close, help, helpText, action };
}
