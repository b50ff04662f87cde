/** What a connection that has ended left unsent, or was written for somebody else, and the button that sends it again. */

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
  const again = el('button', { type: 'button', class: 'button small primary' });
  const bar = el('div', { class: 'unsent' }, text, again);
  root.append(bar);

  const render = () => {
    const { failures, doubts } = conversation;
    bar.hidden = failures === 0;
    again.hidden = !conversation.canSendAgain;
    setText(again, doubts > 0 ? words.unsent.sendAnyway : words.unsent.sendAgain);
    setText(text, unsentWords(conversation));
  };
  again.addEventListener('click', () => {
    conversation.sendAgain();
    after();
  }, { signal });
  conversation.addEventListener('delivery', render, { signal });
  conversation.addEventListener('state', render, { signal });
  render();
}

/** @param {Conversation} conversation */
function unsentWords({ failures, doubts, live, name }) {
  if (failures === 0) return '';
  if (!live) return words.unsent.notConnected(failures); // they could not go now
  return doubts > 0 ? words.unsent.another(failures, name) : words.unsent.count(failures);
}
