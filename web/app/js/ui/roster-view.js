/** The list of people: who is there, how the line to them is, what is unread. */

import { connectionWords } from '../model/connection-words.js';
import { lastLine } from '../model/last-line.js';
import { englishOf } from '../model/locale.js';
import { shortTime } from '../model/time-words.js';
import { words } from '../words/index.js';
import { arrange, coalesced, el, framed, setAttribute, setText, whenIdle } from './dom.js';
import { avatarIcon } from './icons.js';
import { mountInvite } from './invite-view.js';
import { mountPart } from './part.js';
import { buildSearch } from './people-search.js';

/** @import { Chat } from '../model/chat.js' */
/** @import { Conversation } from '../model/conversation.js' */
/** @import { Contact, Roster } from '../model/roster.js' */
/** @import { Session } from '../model/session.js' */

/**
 * @typedef {object} RosterActions
 * @property {(key: string) => void} open       show the conversation, or where there would be one
 * @property {(name: string) => void} connect    and show it
 * @property {(key: string) => void} disconnect
 */

/**
 * So many are listed at once. In a larger room as many again follow whenever the page has nothing else to do, up to a
 * number that browsers still scroll and search with ease. Who wants to see more scrolls there, or asks.
 */
const SOME = 50;
const UNASKED = 500;

/** A click this soon after a button changed its meaning was aimed at what it meant before, ms. */
const SECOND_THOUGHT = 500;

/**
 * @param {HTMLElement} root
 * @param {{roster: Roster, chat: Chat, session: Session}} models
 * @param {{signal: AbortSignal, actions: RosterActions, announce: (text: string) => void}} options
 * @returns {(key?: string) => void} moves the focus to that person, or to the heading
 */
export function mountRoster(root, { roster, chat, session }, { signal, actions, announce }) {
  const heading = el('h2', { id: 'people-title', class: 'pane-title', tabindex: '-1' }, words.people.title);
  const count = el('span', { class: 'pane-count', 'aria-hidden': 'true' });
  const list = el('ul', { class: 'people', role: 'list', 'aria-labelledby': 'people-title' });
  const empty = el('div', { class: 'people-empty' },
    el('p', {}, words.people.none),
    el('p', { class: 'hint' }, words.people.noneHint));
  root.append(el('div', { class: 'pane-header' }, heading, count));
  mountPart(root, () => mountInvite(root, session, { signal, announce }));
  const search = buildSearch(() => render(), signal);
  root.append(search.element, list, empty);
  const formats = timeFormats();

  /** @type {Map<string, ReturnType<typeof buildRow>>} by key */
  const rows = new Map();
  let length = SOME;
  let growing = false;
  const grow = () => {
    if (growing) return;
    growing = true;
    whenIdle(() => {
      growing = false;
      length += SOME;
      render();
    });
  };
  const more = buildMore(list, grow, signal);
  const render = coalesced(() => {
    const everybody = roster.contacts;
    const found = search.filter(everybody);
    const contacts = found.slice(0, length);
    const wanted = contacts.map((contact) => {
      const row = rows.get(contact.key) ?? buildRow(contact, actions, signal);
      rows.set(contact.key, row);
      updateRow(row, contact, {
        stale: roster.stale,
        selected: contact.conversation !== null && contact.conversation === chat.selected,
        servers: session.servers,
        relayForced: session.relayForced,
        formats,
      });
      return row.item;
    });
    const keys = new Set(contacts.map(({ key }) => key));
    for (const key of rows.keys()) if (!keys.has(key)) rows.delete(key);
    const left = found.length - contacts.length;
    more.show(left);
    arrange(list, [...(list.matches(':hover') ? pinned(list, wanted) : wanted), ...(left > 0 ? [more.item] : [])]);
    if (left > 0 && length < UNASKED) grow();
    empty.hidden = everybody.length > 0 || roster.stale;
    setText(count, roster.onlineCount > 0 && !roster.stale ? String(roster.onlineCount) : '');
  }, signal);

  // Beside the above, as it is for every message: it touches nobody but those one talks to.
  const renderLast = framed(() => {
    for (const conversation of chat.conversations) {
      const row = rows.get(conversation.key);
      if (row) updateLast(row, conversation, formats);
    }
  }, signal);

  roster.addEventListener('change', render, { signal });
  chat.addEventListener('message', renderLast, { signal });
  chat.addEventListener('selection', render, { signal });
  list.addEventListener('pointerleave', render, { signal });
  render();
  return (key = '') => {
    const opener = rows.get(key)?.opener;
    (opener?.isConnected ? opener : heading).focus();
  };
}

/**
 * The last item of a list that goes on: shows more when it is pressed, or about to be seen.
 *
 * @param {HTMLElement} list
 * @param {() => void} grow
 * @param {AbortSignal} signal
 */
function buildMore(list, grow, signal) {
  const button = el('button', { type: 'button', class: 'button small' });
  const item = el('li', { class: 'people-more' }, button);
  button.addEventListener('click', grow, { signal });
  const watch = new IntersectionObserver((seen) => seen.at(-1)?.isIntersecting && grow(), { root: list, rootMargin: '100% 0px' });
  signal.addEventListener('abort', () => watch.disconnect());
  const show = (/** @type {number} */ left) => {
    setText(button, words.people.more(left));
    watch.disconnect();
    if (left > 0) watch.observe(item); // anew: it tells of changes only, and may be in sight still
  };
  return { item, show };
}

/**
 * While a pointer is in the list nothing must jump away under it: those listed
 * keep their order, and whoever is new goes to the end.
 *
 * @param {Element} list
 * @param {Element[]} wanted
 */
function pinned(list, wanted) {
  const places = new Map([...list.children].map((child, place) => [child, place]));
  const placeOf = (/** @type {Element} */ item) => places.get(item) ?? places.size;
  return [...wanted].sort((a, b) => placeOf(a) - placeOf(b));
}

/**
 * A row: the picture, the name (a button that shows the conversation), the
 * state in words, what was said last and when, the unread count and the button
 * that connects.
 *
 * @param {Contact} contact
 * @param {RosterActions} actions
 * @param {AbortSignal} signal
 */
function buildRow({ key, name, conversation }, actions, signal) {
  const opener = el('button', {
    type: 'button', class: 'person-name person-open', dir: 'auto', translate: 'no', title: name,
    'aria-label': conversation?.former ? words.people.showEarlier(name) : words.people.show(name),
  }, name);
  const status = el('span', { class: 'person-status' });
  const lines = el('div', { class: 'person-words' }, opener, status);
  const unread = el('span', { class: 'badge', hidden: true });
  const toggle = el('button', { type: 'button', class: 'button small person-toggle' });
  const item = el('li', { class: 'person' }, avatarIcon(name), lines, unread, toggle);
  opener.addEventListener('click', () => actions.open(key), { signal });
  const last = /** @type {ReturnType<typeof buildLast> | null} */ (null);
  const row = { item, lines, opener, status, last, unread, toggle, shown: '', live: false, ownDoing: false, changedAt: -Infinity };
  toggle.addEventListener('click', ({ detail: clicks }) => {
    if (clicks < 2) toggled(row, key, actions); // a double click is one
  }, { signal });
  return row;
}

/**
 * The button does what it says, except when it came to say so a moment ago by
 * itself: who is about to press Message just when the other side connects does
 * not mean to disconnect. (A finger is not over the button before it presses.)
 *
 * @param {ReturnType<typeof buildRow>} row
 * @param {string} key
 * @param {RosterActions} actions
 */
function toggled(row, key, actions) {
  if (performance.now() - row.changedAt < SECOND_THOUGHT) {
    if (row.live) actions.open(key);
    return;
  }
  row.ownDoing = true;
  if (row.live) actions.disconnect(key);
  else actions.connect(key); // a name: nobody connects to a former one
}

/**
 * @param {ReturnType<typeof buildRow>} row
 * @param {Contact} contact
 * @param {{stale: boolean, selected: boolean, servers: Session['servers'], relayForced: boolean, formats: Formats}} circumstances
 */
function updateRow(row, { name, online, conversation }, { stale, selected, servers, relayForced, formats }) {
  const plain = conversation ? '' : `${online} ${stale}`;
  if (plain && row.shown === plain) return; // as with nearly all in a large room
  row.shown = plain;
  const connection = connectionWords({
    name, online, servers, relayForced,
    state: conversation?.state ?? 'closed', route: conversation?.route ?? null, reason: conversation?.reason ?? null,
    begun: conversation?.begun ?? false, former: conversation?.former,
  });
  row.item.dataset.tone = connection.tone;
  setAttribute(row.item, 'data-selected', selected);
  setAttribute(row.opener, 'aria-current', selected ? 'true' : null);
  setText(row.status, conversation?.begun ? labelOf(conversation, connection.label) : stale ? words.people.wasOnline : connection.label);
  updateLast(row, conversation, formats);
  updateBadge(row.unread, conversation?.unread ?? 0);
  updateToggle(row, name, conversation?.live ?? false);
  row.toggle.disabled = !conversation?.live && (stale || !online);
  row.toggle.hidden = !conversation?.live && !online;
}

/** @typedef {ReturnType<typeof timeFormats>} Formats */

function timeFormats() {
  const locale = englishOf(navigator.languages);
  return {
    time: new Intl.DateTimeFormat(locale, { timeStyle: 'short' }),
    date: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }),
  };
}

/** In a large room hardly anybody has one. */
function buildLast() {
  const own = el('span', {}, words.people.own);
  const said = el('span', { class: 'person-said', dir: 'auto', translate: 'no' });
  const time = el('time');
  return { own, said, time, element: el('div', { class: 'person-last' }, own, said, time) };
}

/**
 * @param {ReturnType<typeof buildRow>} row
 * @param {Conversation | null} conversation
 * @param {Formats} formats
 */
function updateLast(row, conversation, formats) {
  const line = lastLine(conversation?.messages ?? []);
  setAttribute(row.item, 'data-said', line !== null);
  if (!line) {
    row.last?.element.remove();
    row.last = null;
    return;
  }
  if (!row.last) row.lines.append((row.last = buildLast()).element);
  const { own, said, time } = row.last;
  own.hidden = !line.mine;
  setText(said, line.text);
  setText(time, shortTime(line.at, Date.now(), formats));
  setAttribute(time, 'datetime', new Date(line.at).toISOString());
}

/** @param {Conversation} conversation @param {string} label */
function labelOf({ name, former }, label) {
  return former ? words.people.earlier(name, label) : label;
}

/**
 * @param {HTMLElement} badge
 * @param {number} unread
 */
function updateBadge(badge, unread) {
  badge.hidden = unread === 0;
  const shown = unread > 99 ? '99+' : String(unread);
  if (badge.dataset.shown === shown) return;
  badge.dataset.shown = shown;
  if (unread === 0) badge.replaceChildren();
  else badge.replaceChildren(shown, el('span', { class: 'visually-hidden' }, words.people.unreadAfterCount));
}

/**
 * @param {ReturnType<typeof buildRow>} row
 * @param {string} name
 * @param {boolean} live
 */
function updateToggle(row, name, live) {
  const { toggle } = row;
  if (live !== row.live) {
    row.live = live;
    row.changedAt = row.ownDoing ? -Infinity : performance.now();
    row.ownDoing = false;
  }
  setText(toggle, live ? words.people.disconnect : words.people.message);
  setAttribute(toggle, 'aria-label', live ? words.people.disconnectFrom(name) : words.people.messageWho(name));
}
