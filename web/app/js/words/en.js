/**
 * English. Texts are grouped by where they appear. What depends on a value is a function of it, so that plurals and the
 * order of words are each language's own affair; a sentence with an element in it is a list of its parts.
 */

/** Where a browser finds no network. */
const UNBLOCK = 'Else an extension, a setting or a VPN blocks WebRTC: allow it for this page, or use another browser.';

export const en = {
  /** The document's title, which is what a tab shows. */
  title: {
    plain: 'beckon',
    login: 'Log in · beckon',
    chat: (/** @type {string} */ name) => `${name} · beckon`,
    unread: (/** @type {number} */ count, /** @type {string} */ title) => `(${count}) ${title}`,
  },

  /** In place of the page. */
  unsupported: {
    title: 'This browser cannot chat here',
    help: 'It has no WebRTC, or an extension or a setting has switched it off. Current versions of Firefox, Chromium, Safari and their kin have it.',
  },

  /** In place of a part of the page. */
  part: {
    failed: 'This part of the page has failed. Reload the page to have it back.',
  },

  /** Until the server has greeted us. */
  loader: {
    connecting: 'Connecting to the server…',
    unreachable: 'The server has sent this page, but its WebSocket does not answer. It may have gone down since then; or a proxy, a firewall or an extension of this browser does not let WebSocket pass.',
    /** @template T @param {T} command @returns {(string | T)[]} */
    goesOnTrying: (command) => ['The page goes on trying. Whoever runs the server can find out what is wrong with ', command, '.'],
  },

  /** The bar that says when the line to the server is down. */
  notice: {
    label: 'Connection to the server',
    waiting: (/** @type {string} */ when) => `No connection to the server. Trying again ${when}.`,
    reconnecting: 'Reconnecting to the server…',
    lost: 'The connection to the server is lost. Trying again.',
    back: 'Connected to the server again.',
    refused: 'The server has refused this page.',
    elsewhere: 'You are here in another tab or window.',
    ended: 'The connection to the server has ended.',
    conversationsGoOn: (/** @type {string} */ notice) => `${notice} Conversations that are open go on.`,
    reload: 'Reload',
    tryNow: 'Try now',
  },

  /** The header's right side. */
  account: {
    /** @template T @param {T} name @returns {(string | T)[]} */
    loggedInAs: (name) => ['Logged in as ', name],
    logout: 'Log out',
  },

  /** In front of the chat. */
  login: {
    title: 'Who is calling?',
    lead: 'beckon introduces your browser to other browsers. Once two are connected, what you write goes straight from one to the other.',
  },

  /** Which room it is, and the way to ask others in. */
  room: {
    /** @template T @param {T} room @returns {(string | T)[]} */
    named: (room) => ['Room: ', room],
    lobby: 'Lobby',
    copy: 'Copy invite link',
    copied: 'Copied',
    copiedIt: 'The invite link is copied.',
    selected: 'The invite link is selected, to be copied.',
    link: 'Invite link',
  },

  /** Above conversations that go on when the server has sent us away; see `notice` as well. */
  loginAgain: {
    loggedOut: 'You are no longer logged in.',
  },

  /** The form, in either place. */
  loginForm: {
    name: 'Username',
    nameHint: 'The others see you under this name. No account, no password.',
    token: 'Token',
    tokenHint: 'This server lets in whoever has a token for it. This tab keeps it until you log out.',
    room: 'Room',
    login: 'Log in',
    busy: 'Logging in…',
    failed: 'Logging in did not work. Please try again.',
  },

  /** What is rarely changed: its button and its dialog. */
  settings: {
    title: 'Settings',
    close: 'Close settings',
  },

  /** The checkbox that keeps our address from others. */
  privacy: {
    hide: 'Never show my address',
    hidden: 'All goes through a relay of the server.',
    shown: 'Who is connected to you can see the network address of this device.',
    forced: 'This server wants it so: all goes through its relay.',
    walled: 'That takes a relay, and this server offers none: nobody can be connected to. Its operator can switch one on (--turn).',
    forcedAndWalled: 'This server wants everything to go through a relay, and offers none: nobody can be connected to. Its operator can switch one on (--turn).',
    /** Where people are listed. */
    note: {
      hidden: 'Your address is never shown.',
      forced: 'Your address is never shown: this server wants it so.',
      walled: 'Your address is never shown, and without a relay nobody can be connected to.',
    },
  },

  /** Strangers who call. */
  callers: {
    label: 'Somebody calls',
    /** @template T @param {T} name @returns {(string | T)[]} */
    calls: (name) => [name, ' wants to connect to you. '],
    more: (/** @type {number} */ count) => `${count} more ${count === 1 ? 'waits' : 'wait'}.`,
    accept: 'Accept',
    acceptWho: (/** @type {string} */ name) => `Accept ${name}`,
    decline: 'Decline',
    declineWho: (/** @type {string} */ name) => `Decline ${name}`,
    block: 'Block',
    blockWho: (/** @type {string} */ name) => `Block ${name}`,
    blockNote: (/** @type {string} */ name) => `Block: nobody called ${name} can call you until you close this tab. By another name they may get through.`,
    answerEverybody: 'Answer everybody who calls',
  },

  /** The list of people. */
  people: {
    title: 'Online users',
    none: 'There are no users online',
    noneHint: 'Send somebody the invite link, or open this page in another tab.',
    search: 'Find somebody',
    notFound: 'Nobody here has a name like that.',
    /** In front of the last thing that we said to somebody. */
    own: 'You:',
    more: (/** @type {number} */ left) => `Show more (${left})`,
    wasOnline: 'Was online',
    earlier: (/** @type {string} */ name, /** @type {string} */ state) => `An earlier ${name} · ${state}`,
    show: (/** @type {string} */ name) => `Show conversation with ${name}`,
    showEarlier: (/** @type {string} */ name) => `Show conversation with an earlier ${name}`,
    unreadAfterCount: ' unread',
    message: 'Message',
    messageWho: (/** @type {string} */ name) => `Message ${name}`,
    disconnect: 'Disconnect',
    disconnectFrom: (/** @type {string} */ name) => `Disconnect from ${name}`,
  },

  /** Beside the list, while no conversation is shown. */
  nobody: {
    label: 'Conversation',
    title: 'Not chatting with anyone currently',
    lead: 'Write to somebody who is online, or wait until somebody writes to you.',
  },

  /** A conversation's header. */
  conversation: {
    back: 'Back to online users',
    disconnect: 'Disconnect',
    disconnectFrom: (/** @type {string} */ name) => `Disconnect from ${name}`,
    close: 'Close',
    closeIt: 'Close conversation',
  },

  /** How the connection to somebody is, in the conversation's header and in the list, and what can be done about it. */
  connection: {
    connecting: 'Connecting…',
    connected: 'Connected',
    reconnecting: 'Reconnecting…',
    offlineReconnecting: 'Offline, reconnecting…',
    failed: 'Connection failed',
    disconnected: 'Disconnected',
    online: 'Online',
    offline: 'Offline',
    /** That both are in one network, often only one of them can tell, so it is not said: both are to read the same. */
    by: {
      'same-network': 'Connected directly',
      direct: 'Connected directly',
      relay: 'Connected through a relay',
      'relay-udp': 'Connected through a relay (UDP)',
      'relay-tcp': 'Connected through a relay (TCP)',
      'relay-tls': 'Connected through a relay (TLS)',
    },
    tryAgain: 'Try again',
    connectAgain: 'Connect again',
    startAnew: 'Start a new conversation',
  },

  /** Why a connection is as it is: what happened and what to do. */
  connectionHelp: {
    another: (/** @type {string} */ name) => `This is not the same ${name} as before. Nothing you wrote to the earlier ${name} was sent here.`,
    former: (/** @type {string} */ name) =>
      `Somebody else is called ${name} now, or ${name} has logged in anew: this page cannot tell. Nothing you wrote here goes to them.`,
    interrupted: (/** @type {string} */ name) => `The connection to ${name} was interrupted. Trying to get it back.`,
    outOfReach: (/** @type {string} */ name) => `${name} is out of reach. If they are back soon, the conversation goes on.`,
    notOnline: (/** @type {string} */ name) => `${name} is not online any more.`,
    youDisconnected: 'You disconnected.',
    youLeftThePage: 'You left this page, and that ended the connection.',
    theyDisconnected: (/** @type {string} */ name) => `${name} disconnected.`,
    notUnderstood: (/** @type {string} */ name) => `What came from ${name} could not be understood, so this page has hung up.`,
    tooMuch: (/** @type {string} */ name) => `Too much came at once, most of it from ${name}, so this page has hung up.`,
    notTaken: (/** @type {string} */ name) => `${name} did not take the call.`,
    theyLeft: (/** @type {string} */ name) => `${name} left.`,
    ended: 'The connection has ended.',
    error: 'This browser could not set the connection up.',
    busy: (/** @type {string} */ name) => `Too much is waiting for ${name} at the server: their network may be slow. Try again in a moment.`,
    timeout: (/** @type {string} */ name) =>
      `${name} did not answer in time: they may be away, their page may be asleep, or their network is gone. Try again in a moment.`,
    noCandidates: `This browser found no network to connect by. Is there one? ${UNBLOCK}`,
    noRemoteCandidates: (/** @type {string} */ name) =>
      `${name}’s browser found no way to be reached: WebRTC may be blocked there. ${name} could allow it, or use another browser.`,
    badCandidates: (/** @type {string} */ name) => `${name}’s program told of itself in a way that this browser does not understand.`,
    relayOnly: 'Your address is not to be shown, which takes a relay, and this server offers none. Switch off “Never show my address” in the settings to connect, or ask its operator to switch one on (--turn).',
    relayOnlyForced: 'This server lets browsers connect through a relay only, and offers none. Its operator can switch one on (--turn).',
    relayRefused: 'The relay did not let this browser in. Log out and in again; if that is no help, the server’s operator has to look at the relay’s secret.',
    relayFull: 'The relay has no room at the moment. Try again later.',
    relayUnreachable: 'No direct way was found, and the relay does not answer: a firewall may be in the way. Try another network.',
    noWayByRelay: (/** @type {string} */ name) =>
      `No way was found between your network and ${name}’s, not even through the relay: a firewall may be in the way. Try another network.`,
    oneNetworkOnly: (/** @type {string} */ name) =>
      `With this server only browsers in one network can connect: join the same network as ${name}, or ask the server’s operator to switch on a relay (--turn).`,
    udpBlocked: (/** @type {string} */ name) =>
      `Your network seems to block UDP, and this server offers no relay: ${whatHelps(name)}`,
    noWay: (/** @type {string} */ name) =>
      `No way was found between your network and ${name}’s, and this server offers no relay: ${whatHelps(name)}`,
  },

  /** What was said. */
  messages: {
    label: 'Messages',
    none: 'No messages yet',
    trimmed: (/** @type {number} */ kept) => `Only the newest ${kept.toLocaleString('en')} messages are kept.`,
    newest: 'Newest messages',
    you: 'You',
    cut: 'The rest was too long to show.',
    unfold: 'Show the whole message',
    save: 'Save as a file',
    binary: (/** @type {number} */ bytes) => `(binary data, ${bytes} bytes)`,
    binaryNotKept: (/** @type {number} */ bytes) => `(binary data, ${bytes} bytes: not kept, as there is too much already)`,
    unknownData: '(data of an unknown kind)',
    pending: 'Waiting for the connection',
    unsent: 'Not sent',
    unconfirmed: 'May not have arrived',
    refused: 'Not sent: the connection does not take it, it may be too long for the other side',
  },

  /** What a connection that has ended left unsent. */
  unsent: {
    count: (/** @type {number} */ count) => (count === 1 ? '1 message was not sent.' : `${count} messages were not sent.`),
    notConnected: (/** @type {number} */ count) => (count === 1
      ? '1 message was not sent. It can be sent again once you are connected.'
      : `${count} messages were not sent. They can be sent again once you are connected.`),
    sendAgain: 'Send again',
    /** To somebody who has taken the name since. */
    another: (/** @type {number} */ count, /** @type {string} */ name) => (count === 1
      ? `1 message was not sent: this may be another ${name} than the one you wrote it for.`
      : `${count} messages were not sent: this may be another ${name} than the one you wrote them for.`),
    sendAnyway: 'Send anyway',
  },

  /** Where a message is written. */
  composer: {
    label: 'Message',
    placeholder: 'Write a message',
    send: 'Send',
    keysHint: 'Enter sends, Shift+Enter breaks the line.',
    waitingHint: 'What you send now goes as soon as the connection is there.',
    callingHint: (/** @type {string} */ name) => `Sending it connects you to ${name}.`,
    closedHint: 'Not connected: what you write is kept until you are.',
    tooLong: (/** @type {number} */ surplus) => `Too long by ${surplus.toLocaleString('en')} characters.`,
    tooMuch: 'Too much is waiting to be sent already. This stays here until there is room.',
  },

  /** The connection check: its button, its dialog, and its report. */
  check: {
    title: 'Connection check',
    notLoaded: 'Connection check: the server does not answer',
    columns: { checked: 'Checked', result: 'Result, and what to do', time: 'Time' },
    again: 'Check again',
    copy: 'Copy',
    close: 'Close',
    asText: 'Result as text',
    copied: 'Copied. There is no address of yours in it, and no password.',
    selected: 'Selected, to be copied. There is no address of yours in it, and no password.',
    reportTitle: (/** @type {string} */ host, /** @type {string} */ time) => `Connection check of ${host}, ${time}`,
    milliseconds: (/** @type {number} */ ms) => `${ms} ms`,
    busy: 'Checking…',
  },

  /** The rows of its table: what was checked, what came of it, and what can be done about that. */
  checkOf: {
    browser: {
      what: 'This browser',
      how: 'WebRTC',
      works: 'Works.',
      addresses: (/** @type {{hidden: number, ipv4: number, ipv6: number}} */ { hidden, ipv4, ipv6 }) => {
        const kinds = [ipv4 > 0 ? `${ipv4} IPv4` : '', ipv6 > 0 ? `${ipv6} IPv6` : '', hidden > 0 ? `${hidden} hidden from pages (mDNS)` : ''];
        return `Addresses in its network: ${kinds.filter(Boolean).join(', ')}.`;
      },
      noNetwork: 'Found no network to connect by.',
      noNetworkAdvice: `Is there a network? ${UNBLOCK}`,
    },
    line: {
      what: 'This server',
      how: 'WebSocket',
      answers: 'Answers.',
      silent: 'Does not answer.',
      silentAdvice: 'Is there a network? The page keeps trying to reach the server.',
    },
    server: {
      how: (/** @type {string} */ kind, /** @type {string} */ transport) => `${kind} by ${transport}`,
      answers: 'Answers.',
      relays: (/** @type {string} */ roundTrip) => `Passes messages on, both ways (there and back: ${roundTrip}).`,
      noEcho: 'Lets this browser in, but passes nothing on.',
      noEchoAdvice: 'Its operator has to look at its public address (--turn-public-ip), and whether the firewall lets its ports through.',
      refused: (/** @type {number} */ code) => `Refuses the credentials (${code}).`,
      refusedAdvice: 'Log out and in again; if that is no help, its operator has to look at the secret, and at the clock.',
      forbidden: (/** @type {number} */ code) => `Forbids it (${code}).`,
      forbiddenAdvice: 'Its operator has to look at what it allows.',
      full: (/** @type {number} */ code) => `Has no room (${code}).`,
      fullAdvice: 'Try again later; its operator can raise the limits.',
      unusable: 'Is of no use to this browser.',
      unusableAdvice: 'Its operator has to look at the address: it may be malformed, lack credentials, or name a port that browsers block.',
      timeout: 'Did not answer in time.',
      unreachable: 'Cannot be reached.',
      unheardAdvice: {
        udp: 'Your network may block UDP: try another network. If it fails there too, its operator has to look at it.',
        tcp: 'Your network may block its port: try another network. If it fails there too, its operator has to look at it.',
        tls: 'Your network may block its port, or its certificate may not be valid: try another network. If it fails there too, its operator has to look at it.',
      },
    },
  },

  /** What it all means, in a sentence. */
  checkSummary: {
    unable: 'This browser cannot connect to anybody at the moment.',
    loggedOut: 'The server tells which STUN and TURN servers there are when one logs in. Log in to have them checked.',
    noServers: 'This server names no STUN and no TURN server: only browsers in one network can connect. Its operator can switch on a relay (--turn).',
    allWell: 'All is well: where there is no direct way, the relay helps.',
    relayWorks: 'You can be connected: a relay works, though not all that was tried does.',
    noRelayWorks: 'No relay can be used from here: you can be connected only where there is a direct way.',
    directOnly: 'Direct connections can work from here. This server offers no relay for where they do not (--turn).',
    nothingAnswers: 'No server answers: only browsers in your network can connect to you.',
  },

  /** Only for screen readers. */
  announcement: {
    welcome: (/** @type {string} */ name, /** @type {number} */ others) => `Welcome, ${name}. ${howManyOnline(others)}`,
    loggedOut: 'Logged out.',
    connected: (/** @type {string} */ name) => `${name} has connected to you.`,
    anotherConnected: (/** @type {string} */ name) => `Another ${name} has connected to you.`,
    calls: (/** @type {string} */ name) => `${name} wants to connect to you.`,
    unreadFrom: (/** @type {string} */ name, /** @type {number} */ count) =>
      count === 1 ? `New message from ${name}.` : `${count} new messages from ${name}.`,
    unreadFromSeveral: (/** @type {string} */ name, /** @type {number} */ others, /** @type {number} */ count) =>
      `${count} new messages from ${name} and ${others === 1 ? 'one other' : `${others} others`}.`,
  },

  /** Points in time; those further away come from Intl. */
  time: {
    justNow: 'just now',
    inAMoment: 'in a moment',
    inSeconds: (/** @type {number} */ seconds) => (seconds === 1 ? 'in 1 second' : `in ${seconds} seconds`),
  },
};

/**
 * Where there is no relay.
 * @param {string} name
 */
function whatHelps(name) {
  return `join the same network as ${name}, try another one, or ask the server’s operator to switch on a relay (--turn).`;
}

/** @param {number} count */
function howManyOnline(count) {
  if (count === 0) return 'Nobody else is online yet.';
  return count === 1 ? 'One other user is online.' : `${count} other users are online.`;
}
