/** The document's title, which is what a tab shows. */

import { words } from '../words/index.js';

/**
 * @param {{view: string, unread: number, chattingWith: string}} facts
 * @returns {string} such as '(2) Ana · beckon'
 */
export function titleFor({ view, unread, chattingWith }) {
  const title = titleOf(view, chattingWith);
  return unread > 0 ? words.title.unread(unread, title) : title;
}

/** @param {string} view @param {string} chattingWith */
function titleOf(view, chattingWith) {
  if (view === 'login') return words.title.login;
  return view === 'chat' && chattingWith ? words.title.chat(chattingWith) : words.title.plain;
}
