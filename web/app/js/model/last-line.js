/** What the list of people shows of a conversation: the end of it, in one line. */

/** @import { Message } from './message.js' */

/** More than fits into the line, in UTF-16 code units. */
const ENOUGH = 200;

/**
 * @param {readonly Message[]} messages oldest first
 * @returns {Pick<Message, 'mine' | 'text' | 'at'> | null} null: nothing was said yet
 */
export function lastLine(messages) {
  const last = messages.at(-1);
  return last ? { mine: last.mine, text: oneLine(last.text), at: last.at } : null;
}

/** @param {string} text */
function oneLine(text) {
  const start = text.trimStart().slice(0, ENOUGH);
  return start.replace(/[\uD800-\uDBFF]$/, '').replace(/\s+/g, ' ').trimEnd(); // not half of a surrogate pair
}
