// In the lobby anybody may call, and strangers are let in first.
import assert from 'node:assert/strict';
import { inspect } from './fixture/looks.js';
import { closeSettings, openSettings } from './fixture/settings.js';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/**
 * Somebody in the lobby.
 *
 * @param {import('./fixture/stage.js').Scene} scene
 * @param {string} browser
 * @param {string} name
 */
async function inLobby(scene, browser, name) {
  const person = await scene.visitor(browser);
  person.url = scene.server.url;
  await person.visit();
  await person.logIn(name);
  return person;
}

for (const [one, other] of /** @type {const} */ ([['chromium', 'firefox'], ['firefox', 'chromium']])) {
  scenario(`a stranger calls, is let in, and is an acquaintance from then on: ${one}`, async (scene) => {
    const ana = await inLobby(scene, one, `Ana ${one}`);
    const eve = await inLobby(scene, other, `Eve ${one}`);
    await eve.sees(ana.name);
    await eve.connectTo(ana.name);
    await ana.reads(`${eve.name} wants to connect to you.`);
    assert.equal(await ana.has('button', `Disconnect from ${eve.name}`), false, 'there is no row of it yet');
    await ana.press(`Accept ${eve.name}`);
    await ana.isConnectedTo(eve.name);
    await eve.isConnectedTo(ana.name);
    await ana.lacks('button', `Accept ${eve.name}`);
    await ana.say('hello');
    await eve.hears(ana.name, 'hello');

    await eve.disconnectFrom(ana.name);
    await ana.seesInList(eve.name, /disconnected/i);
    await eve.connectTo(ana.name);
    await ana.isConnectedTo(eve.name);
    assert.equal(await ana.has('button', `Accept ${eve.name}`), false);
  });

  scenario(`a stranger calls, and is not let in: ${one}`, async (scene) => {
    const ana = await inLobby(scene, one, `Ana ${one}`);
    const eve = await inLobby(scene, other, `Eve ${one}`);
    await eve.sees(ana.name);
    await eve.connectTo(ana.name);
    await ana.press(`Decline ${eve.name}`);
    await eve.reads(`${ana.name} did not take the call.`);
    await eve.connectTo(ana.name);
    await ana.press(`Block ${eve.name}`);
    await eve.reads(`${ana.name} did not take the call.`);
    assert.equal(await ana.has('button', `Disconnect from ${eve.name}`), false);
    assert.equal(await ana.has('button', `Accept ${eve.name}`), false);
  });

  scenario(`who answers everybody is not asked: ${one}`, async (scene) => {
    const ana = await inLobby(scene, one, `Ana ${one}`);
    const eve = await inLobby(scene, other, `Eve ${one}`);
    await openSettings(ana);
    await (await ana.find('checkbox', 'Answer everybody who calls')).click();
    await closeSettings(ana);
    await eve.sees(ana.name);
    await eve.startChat(ana.name);
    await ana.isConnectedTo(eve.name);
    assert.equal(await ana.has('button', `Accept ${eve.name}`), false);
  });
}

scenario('axe finds nothing while strangers call', async (scene) => {
  const ana = await inLobby(scene, 'chromium', 'Ana');
  for (const name of ['Eve', 'Fay']) {
    const stranger = await inLobby(scene, 'chromium', name);
    await stranger.sees('Ana');
    await stranger.connectTo('Ana');
  }
  await ana.reads('1 more waits.');
  await inspect(ana, 'strangers call');
});
