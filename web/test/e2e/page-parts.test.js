// A page that is not as its browser should have it: what can go on, goes on.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

for (const browser of ['chromium', 'firefox']) {
  scenario(`a language that is no language tag costs nothing: ${browser}`, async (scene) => {
    const ana = await scene.visitor(browser);
    await ana.page.evaluateOnNewDocument(() => {
      Object.defineProperty(navigator, 'languages', { value: ['en-US@posix'] });
    });
    await ana.page.reload();
    await ana.logIn('Ana');
    const bob = await scene.person(browser, 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await ana.say('Here I am');
    await bob.show('Ana');
    await bob.hears('Ana', 'Here I am');
    await ana.hears('You', 'Here I am');
  });

  scenario(`a part of the page that fails does not take the others: ${browser}`, async (scene) => {
    const ana = await scene.visitor(browser);
    ana.expectTrouble(/no times today/);
    await ana.page.evaluateOnNewDocument(() => {
      Object.assign(Intl, { RelativeTimeFormat: class { constructor() { throw new Error('no times today'); } } });
    });
    await ana.page.reload();
    await ana.logIn('Ana');
    const bob = await scene.person(browser, 'Bob');
    await ana.startChat('Bob');
    await ana.reads('This part of the page has failed. Reload the page to have it back.');
    await ana.find('heading', 'Bob');
    await ana.say('Here I am');
    await bob.show('Ana');
    await bob.hears('Ana', 'Here I am');
  });
}

for (const browser of ['chromium', 'firefox']) {
  scenario(`what is too large for the other side is said so, and the rest goes on: ${browser}`, async (scene) => {
    const ana = await scene.visitor(browser);
    await ana.page.evaluateOnNewDocument(() => {
      const { parse } = JSON; // an older client does not know what the other side announces
      JSON.parse = (/** @type {unknown} */ text, ...more) => parse(String(text).replace(/a=beckon-message-size:\d+\\r\\n/, ''), ...more);
      const { setRemoteDescription } = RTCPeerConnection.prototype;
      RTCPeerConnection.prototype.setRemoteDescription = function (/** @type {any} */ { type, sdp }) {
        return setRemoteDescription.call(this, { type, sdp: sdp.replace(/a=max-message-size:\d+/, 'a=max-message-size:150') });
      };
    });
    await ana.page.reload();
    await ana.logIn('Ana');
    const bob = await scene.person(browser, 'Bob');
    await ana.startChat('Bob');
    await bob.show('Ana');
    await ana.say('x'.repeat(95));
    await ana.say('short');
    await bob.hears('Ana', 'short');
    await ana.reads('Not sent: the connection does not take it');
    assert.equal((await bob.messages()).length, 1);
  });
}
