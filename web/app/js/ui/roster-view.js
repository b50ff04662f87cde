/** The list of people: who is there, how the line to them is, what is unread. */

import { connectionWords } from '../model/connection-words.js';
import { arrange, coalesced, el, setAttribute, setText } from './dom.js';
import { avatarIcon } from './icons.js';

/** @import { Chat } from '../model/chat.js' */
/** @import { Contact, Roster } from '../model/roster.js' */
/** @import { Session } from '../model/session.js' */

/**
 * @typedef {object} RosterActions
 * @property {(name: string) => void} open       show the conversation
 * @property {(name: string) => void} connect
 * @property {(name: string) => void} disconnect
 */

/** A click this soon after a button changed its meaning was aimed at what it meant before, ms. */
const SECOND_THOUGHT = 500;

/**
 * @param {HTMLElement} root
 * @param {{roster: Roster, chat: Chat, session: Session}} models
 * @param {{signal: AbortSignal, actions: RosterActions}} options
 * @returns {(name?: string) => void} moves the focus to that person, or to the heading
 */
export function mountRoster(root, { roster, chat, session }, { signal, actions }) {
  const heading = el('h2', { id: 'people-title', class: 'pane-title', tabindex: '-1' }, 'Online users');
  const count = el('span', { class: 'pane-count', 'aria-hidden': 'true' });
  const list = el('ul', { class: 'people', role: 'list', 'aria-labelledby': 'people-title' });
  const empty = el('div', { class: 'people-empty' },
    el('p', {}, 'There are no users online'),
    el('p', { class: 'hint' }, 'Send somebody the address of this page, or open it in another tab.'));
  root.append(el('div', { class: 'pane-header' }, heading, count), list, empty);

  /** @type {Map<string, ReturnType<typeof buildRow>>} by name */
  const rows = new Map();
  const render = coalesced(() => {
    const contacts = roster.contacts;
    const wanted = contacts.map((contact) => {
      const row = rows.get(contact.name) ?? buildRow(contact.name, actions, signal);
      rows.set(contact.name, row);
      updateRow(row, contact, {
        stale: roster.stale,
        selected: contact.conversation !== null && contact.conversation === chat.selected,
        offersRelay: session.offersRelay,
      });
      return row.item;
    });
    const names = new Set(contacts.map(({ name }) => name));
    for (const name of rows.keys()) if (!names.has(name)) rows.delete(name);
    arrange(list, list.matches(':hover') ? pinned(list, wanted) : wanted);
    // Without a button that works in it, the list itself must take the focus to be scrolled.
    setAttribute(list, 'tabindex', roster.stale ? 0 : null);
    empty.hidden = roster.onlineCount > 0 || roster.stale;
    setText(count, roster.onlineCount > 0 && !roster.stale ? String(roster.onlineCount) : '');
  }, signal);

  roster.addEventListener('change', render, { signal });
  chat.addEventListener('selection', render, { signal });
  list.addEventListener('pointerleave', render, { signal });
  render();
  return (name = '') => {
    const opener = rows.get(name)?.opener;
    (opener?.isConnected ? opener : heading).focus();
  };
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
 * A row: the picture, the name (a button once there is a conversation to
 * show), the state in words, the unread count and the button that connects.
 *
 * @param {string} name
 * @param {RosterActions} actions
 * @param {AbortSignal} signal
 */
function buildRow(name, actions, signal) {
  const label = el('span', { class: 'person-name', dir: 'auto', title: name }, name);
  const opener = el('button', {
    type: 'button', class: 'person-name person-open', dir: 'auto', title: name,
    'aria-label': `Show conversation with ${name}`,
  }, name);
  const status = el('span', { class: 'person-status' });
  const words = el('div', { class: 'person-words' }, label, status);
  const unread = el('span', { class: 'badge', hidden: true });
  const toggle = el('button', { type: 'button', class: 'button small person-toggle' });
  const item = el('li', { class: 'person' }, avatarIcon(name), words, unread, toggle);
  opener.addEventListener('click', () => actions.open(name), { signal });
  const row = { item, words, label, opener, status, unread, toggle, live: false, ownDoing: false, changedAt: -Infinity };
  toggle.addEventListener('click', ({ detail: clicks }) => {
    if (clicks < 2) toggled(row, name, actions); // a double click is one
  }, { signal });
  return row;
}

/**
 * The button does what it says, except when it came to say so a moment ago
 * under the pointer: who is about to press Connect just when the other side
 * connects does not mean to disconnect.
 *
 * @param {ReturnType<typeof buildRow>} row
 * @param {string} name
 * @param {RosterActions} actions
 */
function toggled(row, name, actions) {
  if (performance.now() - row.changedAt < SECOND_THOUGHT) {
    if (row.live) actions.open(name);
    return;
  }
  row.ownDoing = true;
  if (row.live) actions.disconnect(name);
  else actions.connect(name);
}

/**
 * @param {ReturnType<typeof buildRow>} row
 * @param {Contact} contact
 * @param {{stale: boolean, selected: boolean, offersRelay: boolean}} circumstances
 */
function updateRow(row, { name, online, conversation }, { stale, selected, offersRelay }) {
  const words = connectionWords({
    name, online, offersRelay,
    state: conversation?.state ?? 'closed', path: conversation?.path ?? null, reason: conversation?.reason ?? null,
  });
  const shownName = conversation ? row.opener : row.label;
  if (row.words.firstElementChild !== shownName) row.words.firstElementChild?.replaceWith(shownName);
  row.item.dataset.tone = conversation ? words.tone : 'off';
  setAttribute(row.item, 'data-talk', conversation !== null);
  setAttribute(row.item, 'data-selected', selected);
  setAttribute(row.opener, 'aria-current', selected ? 'true' : null);
  setText(row.status, conversation ? words.label : stale ? 'Was online' : 'Online');
  updateBadge(row.unread, conversation?.unread ?? 0);
  updateToggle(row, name, conversation?.live ?? false);
  row.toggle.disabled = !conversation?.live && (stale || !online);
  row.toggle.hidden = !conversation?.live && !online;
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
  else badge.replaceChildren(shown, el('span', { class: 'visually-hidden' }, ' unread'));
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
    row.changedAt = !row.ownDoing && toggle.matches(':hover, :focus') ? performance.now() : -Infinity;
    row.ownDoing = false;
  }
  setText(toggle, live ? 'Disconnect' : 'Connect');
  setAttribute(toggle, 'aria-label', live ? `Disconnect from ${name}` : `Connect to ${name}`);
}
