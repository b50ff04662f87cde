// Through the server's own relay (TURN): because the user wants it, because the
// server does, and what it says when that does not work.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { axeFindings } from './fixture/axe.js';
import { Server } from './fixture/server.js';
import { closeSettings, openSettings } from './fixture/settings.js';
import { stage } from './fixture/stage.js';
import { eventually, pause, throughout } from './fixture/wait.js';

const folder = mkdtempSync(join(tmpdir(), 'beckon-relay-'));
const secretFile = join(folder, 'secret');
writeFileSync(secretFile, 'a secret of the tests alone\n', { mode: 0o600 });
after(() => rmSync(folder, { recursive: true }));

const RELAY = ['--turn', '--turn-listen', '127.0.0.1:0', '--turn-secret-file', secretFile];
const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' }, serverArgs: RELAY });
const HIDE = 'Never show my address';

/** @typedef {import('./fixture/person.js').Person} Person */
/** @typedef {import('./fixture/stage.js').Scene} Scene */

/**
 * Plays the rest of a scenario at another server.
 *
 * @param {Scene} scene
 * @param {string[]} args
 */
async function at(scene, args) {
  const server = await Server.start(args);
  scene.atEnd(() => void server.stop());
  scene.server = server;
  return server;
}

/** @param {Server} server @returns {string} host and port of its relay */
function relayOf(server) {
  const found = /"turn:([\d.]+:\d+)\?transport=udp"/.exec(server.log);
  assert.ok(found, server.log);
  return found[1];
}

/**
 * Before the login the checkbox is below the form.
 * @param {Person} person
 */
async function tick(person) {
  const loggedIn = person.name !== '';
  if (loggedIn) await openSettings(person);
  await (await person.find('checkbox', HIDE)).click();
  if (loggedIn) await closeSettings(person);
}

/**
 * Takes down every candidate that leaves the page from now on, in descriptions or alone.
 * @param {Person} person
 * @returns {() => Promise<string[]>}
 */
async function candidatesOf({ page }) {
  await page.evaluate(() => {
    const sent = /** @type {string[]} */ ([]);
    Object.assign(window, { sentCandidates: sent });
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data) {
      sent.push(...(String(data).match(/candidate:[^"\\]+/g) ?? []));
      send.call(this, data);
    };
  });
  // @ts-expect-error: put there above
  return () => page.evaluate(() => window.sentCandidates);
}

for (const [one, other, when] of [
  ['chromium', 'firefox', 'before'], ['firefox', 'chromium', 'before'],
  ['chromium', 'chromium', 'after'], ['firefox', 'firefox', 'after'],
]) {
  scenario(`never show my address, wished for ${when} the login: ${one} calls ${other}`, async (scene) => {
    // By one transport: of several that work a browser takes the one it likes (RFC 8445 section 8.1.1).
    const relay = relayOf(scene.server);
    await at(scene, ['--ice-server', `turn:${relay}?transport=udp`, '--turn-secret-file', secretFile]);
    const ana = await scene.visitor(one);
    if (when === 'before') await tick(ana);
    await ana.logIn('Ana');
    await pause(1500); // a connection may have been made ahead by now
    if (when === 'after') await tick(ana);
    const bob = await scene.person(other, 'Bob');
    const told = await candidatesOf(ana);
    await ana.startChat('Bob');
    await ana.seesInList('Bob', /through a relay \(UDP\)/);
    await bob.seesInList('Ana', /through a relay/);
    await ana.say('from nowhere');
    await bob.show('Ana');
    await bob.hears('Ana', 'from nowhere');
    const candidates = await told();
    assert.ok(candidates.length > 0);
    for (const candidate of candidates) {
      assert.match(candidate, / typ relay /);
      assert.match(candidate, / raddr 0\.0\.0\.0 rport 0/);
    }
  });
}

for (const browser of ['chromium', 'firefox']) {
  scenario(`never show my address, wished for in mid-conversation: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    const bob = await scene.person('chromium', 'Bob');
    await ana.startChat('Bob');
    await ana.seesInList('Bob', /directly/);
    await tick(ana);
    await ana.seesInList('Bob', /through a relay/, { timeout: 20_000 });
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await ana.say('from nowhere');
    await bob.hears('Ana', 'from nowhere');
  });

  scenario(`the server wants it so, and by TCP: ${browser}`, async (scene) => {
    const relay = relayOf(scene.server);
    await at(scene, ['--ice-server', `turn:${relay}?transport=tcp`, '--turn-secret-file', secretFile, '--relay-only']);
    const ana = await scene.person(browser, 'Ana');
    await ana.reads('Your address is never shown: this server wants it so.');
    await openSettings(ana);
    const box = await ana.find('checkbox', HIDE);
    assert.deepEqual(await box.evaluate((el) => [el.checked, el.disabled]), [true, true]);
    await ana.reads(/This server wants it so/);
    await closeSettings(ana);
    const bob = await scene.person('chromium', 'Bob');
    await ana.startChat('Bob');
    await ana.seesInList('Bob', /through a relay \(TCP\)/);
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await ana.say('by TCP');
    await bob.hears('Ana', 'by TCP');
  });

  scenario(`the credentials lapse in mid-conversation, which goes on: ${browser}`, async (scene) => {
    await at(scene, [...RELAY, '--turn-credential-ttl', '10s', '--relay-only']);
    const ana = await scene.person(browser, 'Ana');
    const bob = await scene.person('chromium', 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    const before = await ana.sent('offer') + await bob.sent('offer');
    await throughout('the conversation is connected', async () =>
      /through a relay/i.test(await ana.rowOf('Bob')) && /through a relay/i.test(await bob.rowOf('Ana')), 25_000);
    assert.ok(await ana.sent('ice') >= 2, 'new credentials were asked for');
    assert.ok(await ana.sent('offer') + await bob.sent('offer') > before, 'and used');
    await ana.say('still there');
    await bob.hears('Ana', 'still there');
  });

  scenario(`the relay dies and is back at once, and the conversation heals: ${browser}`, async (scene) => {
    const server = await at(scene, [...RELAY, '--relay-only']);
    const ana = await scene.person(browser, 'Ana');
    const bob = await scene.person('chromium', 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await ana.say('before');
    await bob.hears('Ana', 'before');
    const pid = Number(/"pid":(\d+)[^\n]*the relay is running/.exec(server.log)?.[1]);
    const offers = async () => await ana.sent('offer') + await bob.sent('offer');
    const before = await offers();
    process.kill(pid, 'SIGKILL');
    await ana.say('while it was away');
    await eventually('another path is looked for', async () => await offers() > before, { timeout: 30_000 });
    await bob.hears('Ana', 'while it was away', { timeout: 60_000 });
    await ana.isConnectedTo('Bob');
    assert.equal((await bob.messages()).length, 2);
  });

  scenario(`nothing to hide behind is said at once: ${browser}`, async (scene) => {
    await at(scene, []);
    const ana = await scene.person(browser, 'Ana');
    const bob = await scene.person('chromium', 'Bob');
    await tick(ana);
    await ana.reads('Your address is never shown, and without a relay nobody can be connected to.');
    await ana.press('Message Bob');
    await ana.reads(/Switch off “Never show my address” in the settings to connect/, { timeout: 3000 });
    assert.deepEqual(await axeFindings(ana.page), []);
    await bob.press('Message Ana');
    await bob.reads(/Ana did not take the call/, { timeout: 3000 });
    await tick(ana);
    await ana.press('Try again');
    await ana.isConnectedTo('Bob');
  });

  scenario(`a relay that does not answer: ${browser}`, async (scene) => {
    await at(scene, ['--ice-server', 'turn:ana:secret@127.0.0.1:9?transport=udp', '--ice-server', 'turn:ana:secret@127.0.0.1:9?transport=tcp']);
    const ana = await scene.person(browser, 'Ana');
    await scene.person('chromium', 'Bob');
    await tick(ana);
    await ana.press('Message Bob');
    await ana.reads(/the relay does not answer: a firewall may be in the way/, { timeout: 20_000 });
  });

  scenario(`no way between two, and no servers at all: ${browser}`, async (scene) => {
    await at(scene, []);
    const ana = await scene.person(browser, 'Ana');
    await scene.person('chromium', 'Bob');
    await ana.page.evaluate(() => {
      RTCPeerConnection.prototype.addIceCandidate = async () => {};
    });
    // Bob's are of no use to Ana, and hers do not get there.
    await ana.page.evaluate(() => {
      const { send } = WebSocket.prototype;
      WebSocket.prototype.send = function (data) {
        send.call(this, String(data).replace(/(candidate:[^"]*? )[\d.a-f:-]+(?:\.local)?( \d+ typ)/, '$1192.0.2.254$2'));
      };
    });
    await ana.press('Message Bob');
    await ana.reads(/only browsers in one network can connect: join the same network as Bob, or ask the server’s operator to switch on a relay \(--turn\)/, { timeout: 25_000 });
    ana.trouble = ana.trouble.filter((line) => !/WebRTC: ICE failed/.test(line)); // Firefox says so on the console, too
  });
}

// Which browser tells of it, and how much, is not the same everywhere.
for (const [browser, words] of /** @type {[string, RegExp][]} */ ([['chromium', /relay did not let this browser in/], ['firefox', /relay did not let this browser in|relay does not answer/]])) {
  scenario(`the relay refuses the credentials: ${browser}`, async (scene) => {
    const relay = relayOf(scene.server);
    await at(scene, ['--ice-server', `turn:ana:wrong@${relay}?transport=udp`]);
    const ana = await scene.person(browser, 'Ana');
    await scene.person('chromium', 'Bob');
    await tick(ana);
    await ana.press('Message Bob');
    await ana.reads(words, { timeout: 20_000 });
  });
}

scenario('the wish is remembered, and the checkbox can be used by keyboard', async (scene) => {
  const ana = await scene.visitor('chromium');
  await (await ana.find('checkbox', HIDE)).focus();
  await ana.page.keyboard.press('Space');
  await ana.reads('All goes through a relay of the server.');
  await ana.page.reload();
  const box = await ana.find('checkbox', HIDE);
  assert.equal(await box.evaluate((el) => el.checked), true);
  assert.deepEqual(await axeFindings(ana.page), []);
  await ana.logIn('Ana');
  await ana.reads('Your address is never shown.');
  await openSettings(ana);
  await ana.reads('All goes through a relay of the server.');
  assert.deepEqual(await axeFindings(ana.page), []);
  await ana.page.setViewport({ width: 390, height: 844 });
  assert.deepEqual(await axeFindings(ana.page), []);
  await eventually('nothing is wider than the screen', () => ana.page.evaluate(() => document.documentElement.scrollWidth <= 390));
});
