/** Puts the page together: the only module that knows all the others. */

import { canConnect, newCertificate, Peers, Signaling } from '../lib/beckon.js';
import { CertificateMemory } from './model/certificate-memory.js';
import { Chat } from './model/chat.js';
import { Consent } from './model/consent.js';
import { newProtocol } from './model/control.js';
import { DATA_LIMIT } from './model/conversation.js';
import { takeToken } from './model/fragment.js';
import { Privacy } from './model/privacy.js';
import { Roster } from './model/roster.js';
import { Session } from './model/session.js';
import { TextMemory } from './model/text-memory.js';
import { mountAccount } from './ui/account-view.js';
import { mountAnnouncer } from './ui/announcer.js';
import { mountApp } from './ui/app-view.js';
import { el } from './ui/dom.js';
import { guardLeaving } from './ui/leave-guard.js';
import { mountNotice } from './ui/notice-view.js';
import { keepPaneHistory } from './ui/pane-history.js';
import { mountPart } from './ui/part.js';
import { keepRoomAddress } from './ui/room-address.js';
import { mountTitle } from './ui/title-view.js';
import { announceUnread } from './ui/unread-view.js';
import { words } from './words/index.js';

/** From here on there is room for people and conversation side by side; as in layout.css. */
const WIDE = '(min-width: 48rem)';

/** How long calls ring where everybody is answered by default, in ms: who does not answer there at once is not there. */
const RING_BY_LINK = 15_000;

/**
 * @param {AbortSignal} signal ends everything
 * @param {string} token that the link to the page had, or ''
 */
function start(signal, token) {
  const wide = matchMedia(WIDE);
  const signaling = new Signaling();
  const protocol = newProtocol();
  const certificates = new CertificateMemory({ storage: () => sessionStorage, database: () => indexedDB, make: newCertificate });
  const room = new URLSearchParams(location.search).get('room') ?? '';
  const byLink = room !== '';
  const peers = new Peers(signaling, {
    protocol,
    certificate: certificates.load(),
    maxMessageSize: DATA_LIMIT,
    accept: (peer) => consent.decide(peer),
    ...(byLink && { ringTimeout: RING_BY_LINK }),
  });
  const chat = new Chat(peers, { protocol, idOf: (name) => signaling.userOf(name)?.id ?? '', mayOpen: () => wide.matches });
  const consent = new Consent({ chat, byLink, storage: () => localStorage, tab: () => sessionStorage });
  const roster = new Roster(signaling, chat);
  const session = new Session(signaling, {
    memory: new TextMemory('beckon.name', () => localStorage),
    tokens: new TextMemory('beckon.token', () => sessionStorage), // and no longer: it is a key
    chat,
    room,
  });
  session.bring(token);
  window.addEventListener('hashchange', () => session.bring(takeToken(window)), { signal });

  const privacy = new Privacy(peers, signaling, session, () => localStorage);

  const announce = mountAnnouncer(document.body);
  const [notice, account, main] = ['notice', 'account', 'main'].map(byId);
  mountTitle(document, { session, chat }, { signal });
  mountPart(notice, () => mountNotice(notice, session, { signal, announce, reload: () => location.reload() }));
  mountPart(account, () => mountAccount(account, session, {
    signal,
    onLogout: () => { chat.clear(); session.logout(); peers.renew(certificates.renew()); },
  }));
  mountPart(main, () => mountApp(main, { session, chat, roster, privacy, consent, signaling }, { signal, wide, header: account, announce }));

  chat.addEventListener('incoming', (event) => {
    const { name, another } = /** @type {CustomEvent} */ (event).detail;
    announce(another ? words.announcement.anotherConnected(name) : words.announcement.connected(name));
  }, { signal });
  consent.addEventListener('ring', (event) => {
    announce(words.announcement.calls(/** @type {CustomEvent} */ (event).detail.name));
  }, { signal });
  announceUnread(chat, { signal, announce });
  guardLeaving(window, chat, { signal });
  keepRoomAddress(window, session, { signal });
  keepPaneHistory(window, chat, { signal, wide });
  const attend = () => chat.attend(document.visibilityState === 'visible');
  document.addEventListener('visibilitychange', attend, { signal });
  attend();
  signaling.open();
}

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html lacks #${id}`);
  return element;
}

/** Without WebRTC there is nothing this page could do. */
function refuse() {
  byId('main').replaceChildren(el('section', { class: 'card', role: 'alert' },
    el('h2', {}, words.unsupported.title),
    el('p', {}, words.unsupported.help)));
}

const token = takeToken(window); // first of all, and whatever comes
if (canConnect() && typeof WebSocket === 'function') start(new AbortController().signal, token);
else refuse();
