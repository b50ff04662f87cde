/** Tells screen readers of messages in conversations that are not in view: those in view are in a live region. */

import { unreadWords } from '../model/unread-words.js';

/** @import { Chat } from '../model/chat.js' */
/** @import { Conversation } from '../model/conversation.js' */

/** How long to wait for more, to be told in one sentence, ms. */
const BATCH = 1_000;

/**
 * @param {Chat} chat
 * @param {{signal: AbortSignal, announce: (text: string) => void}} options
 */
export function announceUnread(chat, { signal, announce }) {
  /** @type {Map<string, number>} by name */
  const counts = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  chat.addEventListener('unread', (event) => {
    const { detail: conversation } = /** @type {CustomEvent<Conversation>} */ (event);
    if (conversation === chat.selected) return; // the log has it
    const { name } = conversation;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    timer ??= setTimeout(() => {
      timer = undefined;
      announce(unreadWords(counts));
      counts.clear();
    }, BATCH);
  }, { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
}
