/** The document's title, which is what a tab shows. */

/**
 * @param {{view: string, unread: number, chattingWith: string}} facts
 * @returns {string} such as '(2) Ana · beckon'
 */
export function titleFor({ view, unread, chattingWith }) {
  const count = unread > 0 ? `(${unread}) ` : '';
  if (view === 'login') return `${count}Log in · beckon`;
  if (view === 'chat' && chattingWith) return `${count}${chattingWith} · beckon`;
  return `${count}beckon`;
}
