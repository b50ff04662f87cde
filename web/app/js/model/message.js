/**
 * Chat messages, and how one travels over the data channel: a JSON object
 * `{"name", "message", "time"}` per message, `time` in ISO 8601, as chats of
 * the well-known tutorial send it. Between two pages of this client it has a
 * number as well (see delivery.js), which others do not mind.
 *
 * Nothing that arrives is trusted. The sender shown is the peer we are
 * connected to, never the `name` it claims, and the time shown is the time of
 * arrival, so that a wrong clock at the other end misleads nobody.
 */

import { words } from '../words/index.js';

/**
 * What has become of a message:
 * - `done`: it came from the other side, or has arrived there as far as can be told
 * - `pending`: it goes, or goes again, as soon as the connection lets it
 * - `unsent`: the connection ended before it went, or somebody else was there than it was written for
 * - `unconfirmed`: the connection ended before the other side said that it has it
 * - `refused`: the connection does not take it, mostly as it is too large for the other side's browser
 * - `moved`: sent again, as a new message
 *
 * @typedef {'done' | 'pending' | 'unsent' | 'unconfirmed' | 'refused' | 'moved'} Delivery
 */

/**
 * @typedef {object} Message
 * @property {number} id      counts up within one conversation, from 1
 * @property {boolean} mine   sent from this page
 * @property {string} sender  display name of who sent it
 * @property {string} text    plain text, line breaks and all
 * @property {number} at      when it was sent or arrived, ms since the epoch
 * @property {boolean} cut    the text was longer than MAX_TEXT_SHOWN
 * @property {Blob} [data]    what came was no text but this; `text` says so
 * @property {Delivery} delivery the only field that changes
 *
 * @typedef {Pick<Message, 'text' | 'cut' | 'data'>} Shown what there is to see of a message that came
 */

/**
 * The longest text sent, in UTF-16 code units. Even if every one of them needs
 * six bytes of JSON it stays well under the 256 KiB that browsers accept in
 * one data channel message.
 */
export const MAX_TEXT_SENT = 16_384;

/** The longest text shown, in UTF-16 code units; more is cut and said so. */
export const MAX_TEXT_SHOWN = 65_536;

/** The longest frame that is read as JSON, in UTF-16 code units: enough for all that is shown, escaped, and what is around it. */
const MAX_JSON = 6 * MAX_TEXT_SHOWN + 4096;

/** The longest time that is heeded, in UTF-16 code units: one in ISO 8601 has 24, or 27 far from now. */
export const MAX_TIME = 27;

/** The member that has the number. */
const NUMBER = 'chat.v1';

/**
 * @param {Pick<Message, 'sender' | 'text' | 'at'>} message
 * @param {number} [number] from 1; 0: none
 * @returns {string} what to give to the data channel
 */
export function encodeMessage({ sender, text, at }, number = 0) {
  const time = timeOf({ at });
  return JSON.stringify({ name: sender, message: text, time, ...(number && { [NUMBER]: number }) });
}

/**
 * The time that a message carries, in ISO 8601.
 * @param {Pick<Message, 'at'>} message
 */
export function timeOf({ at }) {
  return new Date(at).toISOString();
}

/**
 * The text to show for what came out of a data channel, its number (0: none)
 * and the time that it carries ('': none). Whatever is not an object with a string `message` is shown as the text
 * it is; of what is no text at all, what it is.
 *
 * @param {unknown} frame
 * @returns {Shown & {number: number, time: string}}
 */
export function decodeMessage(frame) {
  if (typeof frame !== 'string') return { ...decodeBinary(frame), cut: false, number: 0, time: '' };
  const { text, number, time } = messageIn(frame);
  if (text.length <= MAX_TEXT_SHOWN) return { text, cut: false, number, time };
  return { text: wellFormed(text.slice(0, MAX_TEXT_SHOWN)), cut: true, number, time };
}

/** @param {string} frame */
function messageIn(frame) {
  try {
    const value = frame.length <= MAX_JSON && JSON.parse(frame); // which would take many times as much
    if (typeof value?.message === 'string') {
      const { message: text, time, [NUMBER]: number } = value;
      return {
        text,
        number: Number.isSafeInteger(number) && number > 0 ? number : 0,
        time: typeof time === 'string' && time.length <= MAX_TIME ? time : '',
      };
    }
  } catch {
    // Not JSON: somebody typed it by hand. The frame itself is the text.
  }
  return { text: frame, number: 0, time: '' };
}

/**
 * Other clients send files so, say. Of which kind is not to be believed, so it is none.
 *
 * @param {unknown} frame
 * @returns {Pick<Message, 'text' | 'data'>}
 */
function decodeBinary(frame) {
  if (!(frame instanceof ArrayBuffer || frame instanceof Blob)) return { text: words.messages.unknownData };
  const data = new Blob([frame], { type: 'application/octet-stream' });
  return { text: words.messages.binary(data.size), data };
}

/**
 * A cut may have split a surrogate pair; drop the half that is left.
 * @param {string} text
 */
function wellFormed(text) {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}
