// What a person has: browsers without a single flag about networking, so that
// addresses hide behind mDNS names. Nothing else is asked of the network.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' }, steady: false });

scenario('Chromium and Firefox as they come out of the box', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const bob = await scene.person('firefox', 'Bob');
  await ana.startChat('Bob');
  await bob.isConnectedTo('Ana');
  await bob.show('Ana');
  await ana.say('out of the box');
  await bob.hears('Ana', 'out of the box');
  await bob.disconnectFrom('Ana');
  await bob.startChat('Ana');
  await bob.say('and back');
  await ana.hears('Bob', 'and back');
});

scenario('every request goes to the server, and the policy forbids all others', async (scene) => {
  const ana = await scene.visitor('chromium');
  const requests = /** @type {string[]} */ ([]);
  ana.page.on('request', (request) => requests.push(request.url()));
  const response = await ana.page.reload();
  await ana.logIn('Ana');
  assert.ok(requests.length > 5, 'the requests were seen');
  assert.deepEqual(requests.filter((url) => !url.startsWith(scene.server.url)), []);

  const policy = response?.headers()['content-security-policy'] ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  const blocked = await ana.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "ran"';
    document.head.append(script);
    return document.title !== 'ran';
  });
  assert.ok(blocked, 'an inline script does not run');
  // That one violation was ours.
  assert.equal(ana.trouble.length, 1, ana.trouble.join('\n'));
  assert.match(ana.trouble.pop() ?? '', /Content Security Policy/);
});
