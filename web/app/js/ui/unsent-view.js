/** What a connection that has ended left unsent, and the button that sends it again. */

import { words } from '../words/index.js';
import { el, setText } from './dom.js';

/** @import { Conversation } from '../model/conversation.js' */

/**
 * @param {HTMLElement} root
 * @param {Conversation} conversation
 * @param {{signal: AbortSignal, after: () => void}} options after: the button was pressed and is gone
 */
export function mountUnsent(root, conversation, { signal, after }) {
  const text = el('p', { role: 'status' });
  const again = el('button', { type: 'button', class: 'button small primary' }, words.unsent.sendAgain);
  const bar = el('div', { class: 'unsent' }, text, again);
  root.append(bar);

  const render = () => {
    const { failures, live } = conversation;
    bar.hidden = failures === 0;
    again.hidden = !conversation.canSendAgain;
    setText(text, unsentWords(failures, live));
  };
  again.addEventListener('click', () => {
    conversation.sendAgain();
    after();
  }, { signal });
  conversation.addEventListener('delivery', render, { signal });
  conversation.addEventListener('state', render, { signal });
  render();
}

/**
 * @param {number} count
 * @param {boolean} live whether they could go now
 */
function unsentWords(count, live) {
  if (count === 0) return '';
  return live ? words.unsent.count(count) : words.unsent.notConnected(count);
}
