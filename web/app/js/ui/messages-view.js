/** What was said: a log that grows at its end and follows it unless one scrolls up. */

import { HISTORY_LIMIT } from '../model/conversation.js';
import { linkParts } from '../model/links.js';
import { words } from '../words/index.js';
import { el, framed, setText } from './dom.js';
import { downIcon, unfoldIcon } from './icons.js';
import { createTimeLabels } from './time-label.js';

/** @import { Conversation } from '../model/conversation.js' */
/** @import { Delivery, Message } from '../model/message.js' */

/** How far from the end still counts as being at the end, in CSS pixels. */
const NEAR_END = 64;

/** Text beyond so many characters, or line breaks, is folded. */
const LONG = 2_000;
const HIGH = 30;

/** Messages of one person this close together stand under one heading, ms. */
const SAME_BREATH = 60_000;

/**
 * The log is a live region of its own for each conversation and comes into the
 * page with its history in it, so that only what is said from then on is read.
 *
 * @param {HTMLElement} root
 * @param {Conversation} conversation
 * @param {{signal: AbortSignal}} options
 */
export function mountMessages(root, conversation, { signal }) {
  const times = createTimeLabels({ signal });
  const log = el('div', { class: 'messages', role: 'log', 'aria-label': words.messages.label, tabindex: '0' });
  const empty = el('p', { class: 'messages-empty' }, words.messages.none);
  const trimmed = el('p', { class: 'messages-note', hidden: true }, words.messages.trimmed(HISTORY_LIMIT));
  const jump = el('button', { type: 'button', class: 'button small jump', hidden: true }, downIcon(), words.messages.newest);

  /** @type {Message | null} the newest in the log */
  let last = null;
  /** @type {Map<Message, {element: HTMLElement, status: HTMLElement}>} ours: what has become of them may change at any time */
  const ours = new Map();
  /** @returns {Message[]} those that were not there yet */
  const showNew = () => {
    const { messages } = conversation;
    const shown = last?.id ?? 0;
    const fresh = messages.slice(messages.findLastIndex(({ id }) => id <= shown) + 1);
    for (const message of fresh) {
      const status = el('p', { class: 'message-status' });
      const element = messageElement(message, { time: times.label(message.at), more: goesWith(last, message), status });
      log.append(element);
      if (message.mine) ours.set(message, { element, status });
      last = message;
    }
    while (log.childElementCount > HISTORY_LIMIT) remove(log.firstElementChild);
    empty.hidden = last !== null;
    trimmed.hidden = !conversation.trimmed;
    return fresh;
  };
  const toEnd = () => {
    log.scrollTop = log.scrollHeight;
    jump.hidden = true;
  };
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight <= NEAR_END;

  const showDelivery = () => {
    for (const [message, { element, status }] of ours) {
      const { delivery } = message;
      if (element.parentNode !== log || delivery === 'moved') {
        ours.delete(message);
        remove(element);
        continue;
      }
      if (delivery === 'done' && element.dataset.delivery === 'done') continue;
      setText(status, deliveryWords(delivery, conversation.state));
      element.dataset.delivery = delivery;
    }
  };

  const render = framed(() => {
    const before = atEnd();
    const fresh = showNew();
    showDelivery();
    if (before || fresh.some(({ mine }) => mine)) toEnd();
    else if (fresh.length > 0) jump.hidden = false;
  }, signal);

  showNew();
  showDelivery();
  root.append(el('div', { class: 'conversation-body' }, trimmed, log, empty, jump));
  toEnd();

  for (const type of ['message', 'delivery', 'state']) conversation.addEventListener(type, render, { signal });
  log.addEventListener('scroll', () => {
    if (atEnd()) jump.hidden = true;
  }, { signal, passive: true });
  jump.addEventListener('click', () => {
    toEnd();
    log.focus({ preventScroll: true });
  }, { signal });
  keepEndInView(log, { signal, atEnd: () => jump.hidden === true, toEnd });
}

/**
 * When the box gets smaller (the text field grows, a keyboard slides in) the
 * newest message stays in view.
 *
 * @param {HTMLElement} log
 * @param {{signal: AbortSignal, atEnd: () => boolean, toEnd: () => void}} options
 */
function keepEndInView(log, { signal, atEnd, toEnd }) {
  let height = log.clientHeight;
  const observer = new ResizeObserver(() => {
    const was = height;
    height = log.clientHeight;
    const distance = log.scrollHeight - log.scrollTop - was;
    if (was !== height && atEnd() && distance <= NEAR_END) toEnd();
  });
  observer.observe(log);
  signal.addEventListener('abort', () => observer.disconnect());
}

/**
 * Removes a message; the next one may need the heading it had.
 * @param {Element | null} element
 */
function remove(element) {
  if (!element?.classList.contains('more')) element?.nextElementSibling?.classList.remove('more');
  element?.remove();
}

/**
 * What there is to say of a message that is not known to have arrived. While the
 * connection is open there is nothing: it arrives in a moment.
 *
 * @param {Delivery} delivery
 * @param {string} state of the conversation
 */
function deliveryWords(delivery, state) {
  switch (delivery) {
    case 'pending':
      return state === 'open' ? '' : words.messages.pending;
    case 'unsent':
      return words.messages.unsent;
    case 'unconfirmed':
      return words.messages.unconfirmed;
    case 'refused':
      return words.messages.refused;
    default:
      return '';
  }
}

/**
 * Whether a message is one more of what the same person is saying just now.
 *
 * @param {Message | null} before
 * @param {Message} message
 */
function goesWith(before, message) {
  return before !== null && before.mine === message.mine && message.at - before.at < SAME_BREATH;
}

/**
 * Sender and time are there for each message; those of one that goes with the
 * one above are for screen readers only. The exact time is on the text too.
 *
 * @param {Message} message
 * @param {{time: HTMLElement, more: boolean, status: HTMLElement}} options
 */
function messageElement({ mine, sender, text, cut, data, at }, { time, more, status }) {
  const said = el('p', { class: 'message-text', dir: 'auto', translate: 'no', title: time.title }, ...linked(text));
  return el('div', { class: `message${mine ? ' mine' : ''}${more ? ' more' : ''}` },
    el('p', { class: 'message-meta' },
      el('span', { class: 'message-sender', dir: 'auto', translate: mine ? null : 'no' }, mine ? words.messages.you : sender), ' ', time),
    said,
    isLong(text) ? fold(said) : null,
    data ? saveButton(data, at) : null,
    cut ? el('p', { class: 'message-cut' }, words.messages.cut) : null,
    mine ? status : null);
}

/**
 * Nothing of ours goes along: neither the address of this page, nor a way back into it.
 *
 * @param {string} text
 * @returns {(HTMLElement | string)[]}
 */
function linked(text) {
  return linkParts(text).map(({ text: said, href }) => {
    if (!href) return said;
    const title = href.startsWith(said) ? null : href; // as with a name in letters that look like others
    return el('a', { href, title, target: '_blank', rel: 'noopener noreferrer' }, said);
  });
}

/** How long a download may take to begin, ms. */
const DOWNLOAD = 60_000;

/**
 * @param {Blob} data
 * @param {number} at when it came, ms since the epoch: files that came at other times get other names
 * @returns {HTMLElement}
 */
function saveButton(data, at) {
  const button = el('button', { type: 'button', class: 'button small save' }, words.messages.save);
  button.addEventListener('click', () => {
    const href = URL.createObjectURL(data);
    el('a', { href, download: `received-${new Date(at).toISOString().replace(/\W/g, '-')}.bin` }).click();
    setTimeout(() => URL.revokeObjectURL(href), DOWNLOAD);
  });
  return button;
}

/** @param {string} text */
function isLong(text) {
  return text.length > LONG || text.split('\n', HIGH + 2).length > HIGH + 1;
}

/**
 * Shows the beginning of a long text only.
 *
 * @param {HTMLElement} said
 * @returns {HTMLElement} the button that shows all of it
 */
function fold(said) {
  said.classList.add('folded');
  const button = el('button', { type: 'button', class: 'button small icon-button unfold', 'aria-label': words.messages.unfold }, unfoldIcon());
  button.addEventListener('click', () => {
    said.classList.remove('folded');
    const log = /** @type {HTMLElement | null} */ (said.closest('.messages'));
    button.remove();
    log?.focus({ preventScroll: true });
  });
  return button;
}
