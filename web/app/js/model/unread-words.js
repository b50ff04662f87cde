/** Messages that came in conversations that are not in view, in words. */

/**
 * @param {ReadonlyMap<string, number>} counts new messages by name of who wrote them
 * @returns {string} such as 'New message from Ana.'; '' if there is none
 */
export function unreadWords(counts) {
  const [[name, count] = ['', 0], ...others] = counts;
  if (count === 0) return '';
  if (others.length === 0) return count === 1 ? `New message from ${name}.` : `${count} new messages from ${name}.`;
  const sum = others.reduce((all, [, more]) => all + more, count);
  const more = others.length === 1 ? 'one other' : `${others.length} others`;
  return `${sum} new messages from ${name} and ${more}.`;
}
