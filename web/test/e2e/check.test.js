// The connection check: a table that says of each server what it does for us.
//
// E2E_SCREENSHOTS=FOLDER keeps a picture of every state, to be looked at.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { inspect } from './fixture/looks.js';
import { freePort } from './fixture/port.js';
import { Server } from './fixture/server.js';
import { openSettings } from './fixture/settings.js';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const RELAY = ['--turn', '--turn-listen', '127.0.0.1:0'];
const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' }, serverArgs: RELAY });

/** @typedef {import('./fixture/person.js').Person} Person */
/** @typedef {import('./fixture/stage.js').Scene} Scene */

/** @param {Server} server @returns {string} host and port of its relay */
function relayOf(server) {
  const found = /"turn:([\d.]+:\d+)\?transport=udp"/.exec(server.log);
  assert.ok(found, server.log);
  return found[1];
}

/**
 * Plays the rest of a scenario at another server.
 *
 * @param {Scene} scene
 * @param {string[]} iceServers
 */
async function at(scene, ...iceServers) {
  const server = await Server.start(iceServers.flatMap((url) => ['--ice-server', url]));
  scene.atEnd(() => void server.stop());
  scene.server = server;
}

/**
 * A coturn for the scenario: it passes nothing on to addresses of loopback unless told so.
 *
 * @param {Scene} scene
 * @param {...string} options
 * @returns {Promise<string>} host and port
 */
async function coturn(scene, ...options) {
  const port = await freePort();
  const args = ['-n', '--no-cli', '--no-tls', '--no-dtls', '--listening-ip', '127.0.0.1', '--relay-ip', '127.0.0.1', '--listening-port', `${port}`,
    '--lt-cred-mech', '--realm', 'tests', '--user', 'ana:secret', '--log-file', '/dev/null', '--pidfile', '/dev/null', ...options];
  const child = spawn('turnserver', args, { stdio: 'ignore', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  scene.atEnd(() => void child.kill('SIGKILL'));
  await eventually('coturn listens', async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    return true;
  });
  return `127.0.0.1:${port}`;
}

/** Counts from now on what connections the page has open. @param {Person} person */
function countConnections({ page }) {
  return page.evaluate(() => {
    const open = new Set();
    Object.assign(window, { openConnections: open });
    const { close } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.close = function () { open.delete(this); close.call(this); };
    window.RTCPeerConnection = class extends RTCPeerConnection {
      /** @param {RTCConfiguration} configuration */
      constructor(configuration) { super(configuration); open.add(this); }
    };
  });
}

/** @param {Person} person @returns {Promise<number>} */
function openConnections({ page }) {
  // @ts-expect-error: put there by countConnections
  return page.evaluate(() => window.openConnections.size);
}

/**
 * Has the page use the relay.
 * @param {Person} person
 * @param {string} urls
 */
async function holdAllocation({ page }, urls) {
  await page.evaluate(async (urls) => {
    const pc = new RTCPeerConnection({ iceServers: [{ urls, username: 'ana', credential: 'secret' }], iceTransportPolicy: 'relay' });
    Object.assign(window, { held: pc });
    pc.createDataChannel('x');
    const found = new Promise((resolve) => pc.addEventListener('icecandidate', ({ candidate }) => candidate?.type === 'relay' && resolve(null)));
    await pc.setLocalDescription();
    await found;
  }, urls);
}

/** Presses the button, in the settings, and waits until all is checked. @param {Person} person @returns {Promise<string[][]>} the cells */
async function check(person) {
  await openSettings(person);
  await person.press('Connection check');
  await person.find('dialog', 'Connection check');
  await eventually('all is checked', () => person.isEnabled('Check again'), { timeout: 45_000 });
  return cells(person);
}

/** @param {Person} person @returns {Promise<string[][]>} */
async function cells(person) {
  const table = await person.find('table', 'Connection check');
  return table.evaluate((el) => [.../** @type {HTMLTableElement} */ (el).tBodies[0].rows].map((row) =>
    [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, ' ').trim())));
}

/** @param {string[][]} rows @param {RegExp[][]} wanted */
function assertRows(rows, wanted) {
  assert.equal(rows.length, wanted.length, JSON.stringify(rows));
  wanted.forEach((patterns, i) => patterns.forEach((pattern, j) => assert.match(rows[i][j], pattern)));
}

const BROWSER = [/^This browser WebRTC$/, /^Works\. Addresses in its network: \d/];
const LINE = [/^This server WebSocket$/, /^Answers\.$/, /^[\d.]+ ms$/];
const TIME = /^[\d.]+ ms$/;
const BOTH_WAYS = /^Passes messages on, both ways \(there and back: [\d.]+ ms\)\.$/;

for (const browser of ['chromium', 'firefox']) {
  scenario(`the relay passes messages both ways: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    await countConnections(ana);
    const relay = relayOf(scene.server);
    assertRows(await check(ana), [BROWSER, LINE,
      [new RegExp(`^stun:${relay} STUN by UDP$`), /^Answers\.$/, TIME],
      [new RegExp(`^turn:${relay} TURN by UDP$`), BOTH_WAYS, TIME],
      [new RegExp(`^turn:${relay} TURN by TCP$`), BOTH_WAYS, TIME]]);
    await ana.reads('All is well: where there is no direct way, the relay helps.');
    assert.equal(await openConnections(ana), 0);
    await ana.press('Check again');
    await eventually('all is checked again', () => ana.isEnabled('Check again'));
    assert.equal((await cells(ana)).length, 5);
  });

  scenario(`credentials that are refused, and what never answers: ${browser}`, async (scene) => {
    const relay = relayOf(scene.server);
    const mute = createSocket('udp4').bind(0, '127.0.0.1');
    const muteTCP = createServer().listen(0, '127.0.0.1');
    scene.atEnd(() => { mute.close(); muteTCP.close(); });
    await Promise.all([once(mute, 'listening'), once(muteTCP, 'listening')]);
    const [deaf, deafTCP] = [mute, muteTCP].map((socket) => `127.0.0.1:${/** @type {any} */ (socket.address()).port}`);
    // Firefox complains of more than four.
    await at(scene, `stun:${deaf}`, `turn:ana:wrong@${relay}?transport=udp`, `turn:ana:wrong@${deafTCP}?transport=tcp`,
      `turns:ana:wrong@${relay}?transport=tcp`);
    const ana = await scene.person(browser, 'Ana');
    await countConnections(ana);
    const unheard = /^(Did not answer in time|Cannot be reached)\. Your network may block .*: try another network\./;
    assertRows(await check(ana), [BROWSER, LINE,
      [/STUN by UDP$/, unheard, /^–$/],
      [/TURN by UDP$/, /^Refuses the credentials \(401\)\. Log out and in again;/, /^–$/],
      [/TURN by TCP$/, unheard, /^–$/],
      [/TURN by TLS$/, unheard, /^–$/]]);
    await ana.reads(/No relay can be used from here/);
    assert.equal(await openConnections(ana), 0);
    if (browser === 'chromium') await inspect(ana, 'check with troubles');
  });

  scenario(`other relays: one is full, one passes nothing on, one works: ${browser}`, async (scene) => {
    const quota = await coturn(scene, '--user-quota', '1', '--allow-loopback-peers');
    const selfish = await coturn(scene);
    const fine = await coturn(scene, '--allow-loopback-peers');
    await at(scene, ...[quota, selfish, fine].map((relay) => `turn:ana:secret@${relay}?transport=udp`));
    const ana = await scene.person(browser, 'Ana');
    await holdAllocation(ana, `turn:${quota}?transport=udp`);
    assertRows(await check(ana), [BROWSER, LINE,
      [/TURN by UDP$/, /^Has no room \(486\)\. Try again later;/, /^–$/],
      [/TURN by UDP$/, /^Lets this browser in, but passes nothing on\. Its operator/, TIME],
      [/TURN by UDP$/, BOTH_WAYS, TIME]]);
    await ana.reads(/a relay works, though not all that was tried does/);
    ana.trouble = ana.trouble.filter((line) => !/WebRTC: ICE failed/.test(line)); // Firefox says so on the console, too
  });

  scenario(`no servers at all: ${browser}`, async (scene) => {
    await at(scene);
    const ana = await scene.person(browser, 'Ana');
    assertRows(await check(ana), [BROWSER, LINE]);
    await ana.reads(/only browsers in one network can connect\. Its operator can switch on a relay \(--turn\)/);
  });

  scenario(`before the login, by keyboard: ${browser}`, async (scene) => {
    const ana = await scene.visitor(browser);
    await (await ana.find('button', 'Connection check')).focus();
    await ana.page.keyboard.press('Enter');
    await ana.reads(/Log in to have them checked/);
    assertRows(await cells(ana), [BROWSER]);
    assert.equal(await ana.page.evaluate(() => document.activeElement?.textContent), 'Connection check', 'the title has the focus');
    if (browser === 'chromium') await inspect(ana, 'check before the login');
    await ana.page.keyboard.press('Escape');
    await ana.lacks('dialog', 'Connection check');
    assert.equal(await ana.page.evaluate(() => document.activeElement?.textContent), 'Connection check', 'the button has it back');
    assert.equal(await ana.page.evaluate(() => document.activeElement?.tagName), 'BUTTON');
  });

  scenario(`closed in the middle: all that was begun is ended: ${browser}`, async (scene) => {
    const mute = createSocket('udp4').bind(0, '127.0.0.1');
    scene.atEnd(() => mute.close());
    await once(mute, 'listening');
    await at(scene, `turn:ana:wrong@127.0.0.1:${mute.address().port}?transport=udp`);
    const ana = await scene.person(browser, 'Ana');
    await countConnections(ana);
    await openSettings(ana);
    await ana.press('Connection check');
    await eventually('it looks for addresses', async () => (await cells(ana)).length === 3 && await openConnections(ana) > 0);
    await ana.press('Close');
    await ana.lacks('dialog', 'Connection check');
    await eventually('nothing is left open', async () => await openConnections(ana) === 0, { timeout: 2_000 });
  });
}

scenario('the server is away: the check says so', async (scene) => {
  await at(scene);
  const ana = await scene.person('chromium', 'Ana');
  await ana.page.waitForNetworkIdle();
  ana.expectServerTrouble();
  await scene.server.kill('SIGKILL');
  await ana.reads(/no connection to the server|reconnecting to the server/i);
  assertRows(await check(ana), [BROWSER, [/^This server/, /^Does not answer\. /, /^–$/]]);
});

scenario('the result as text has no address of ours and no credential in it', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  await check(ana);
  await ana.page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: (/** @type {string} */ text) => Object.assign(window, { copied: text }) } });
  });
  await ana.press('Copy');
  await ana.reads('Copied. There is no address of yours in it, and no password.');
  // @ts-expect-error: put there above
  const report = /** @type {string} */ (await ana.page.evaluate(() => window.copied));
  assert.match(report, /^Connection check of 127\.0\.0\.1:\d+, \d{4}-.*\nMozilla.*\nAll is well/);
  assert.equal(report.match(/^- /gm)?.length, 5);
  const secrets = await ana.page.evaluate(async () => {
    const pc = new RTCPeerConnection();
    pc.createDataChannel('x');
    const addresses = /** @type {string[]} */ ([]);
    pc.onicecandidate = ({ candidate }) => candidate?.address && addresses.push(candidate.address);
    await pc.setLocalDescription();
    while (pc.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 20));
    pc.close();
    return addresses;
  });
  const ours = secrets.filter((address) => address !== '127.0.0.1'); // which is the server's, and in the heading
  assert.ok(ours.length > 0);
  for (const secret of ours) assert.ok(!report.includes(secret), secret);
  assert.doesNotMatch(report, /\d{10}:|credential=|@/);
  await inspect(ana, 'check, all well');
});

scenario('without a clipboard the text is shown, selected', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  await check(ana);
  await ana.page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await ana.press('Copy');
  await ana.find('textbox', 'Result as text');
  const selected = await ana.page.evaluate(() => {
    const { value, selectionStart, selectionEnd } = /** @type {HTMLTextAreaElement} */ (document.activeElement);
    return value.slice(selectionStart, selectionEnd);
  });
  assert.match(selected, /^Connection check of .*\n.*\nAll is well/);
  await inspect(ana, 'check as text');
});
