// What is written and how it is shown.
import assert from 'node:assert/strict';
import { axeFindings } from './fixture/axe.js';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/** @param {import('./fixture/stage.js').Scene} scene */
async function pair(scene, one = 'chromium', other = 'firefox') {
  const ana = await scene.person(one, 'Ana');
  const bob = await scene.person(other, 'Bob');
  await ana.startChat('Bob');
  await bob.isConnectedTo('Ana');
  await bob.show('Ana');
  return [ana, bob];
}

for (const browser of ['chromium', 'firefox']) {
  scenario(`Enter sends, Shift+Enter breaks the line: ${browser}`, async (scene) => {
    const [ana, bob] = await pair(scene, browser, browser);
    assert.equal(await ana.isEnabled('Send'), false, 'nothing to send');
    await ana.write('first line\nsecond line');
    assert.equal((await bob.messages()).length, 0, 'nothing is sent yet');
    assert.equal(await ana.isEnabled('Send'), true);
    await ana.page.keyboard.press('Enter');
    await bob.hears('Ana', 'first line\nsecond line');
    const field = await ana.find('textbox', 'Message');
    assert.equal(await field.evaluate((el) => /** @type {HTMLTextAreaElement} */ (el).value), '');
    assert.equal(await ana.isEnabled('Send'), false);

    await ana.write('with the button');
    await ana.press('Send');
    await bob.hears('Ana', 'with the button');

    await ana.write('  \n ');
    await ana.page.keyboard.press('Enter');
    await ana.say('after the blanks');
    await bob.hears('Ana', 'after the blanks');
    assert.equal((await bob.messages()).length, 3, 'blanks are no message');
  });
}

scenario('markup, emoji and long words are shown as the text they are', async (scene) => {
  const [ana, bob] = await pair(scene);
  const texts = [
    '<script>document.title = "caught"</script>',
    '<img src=x onerror="document.title=\'caught\'"> &amp; <b>bold</b>',
    'javascript:alert(1) or data:text/html,hello',
    '👩‍🚀 🇫🇮 e\u0301 שלום العربية',
    'w'.repeat(3000),
    '{"message":"inner","name":"Mallory"}',
  ];
  for (const text of texts) {
    await ana.say(text);
    await bob.hears('Ana', text);
    await ana.hears('You', text);
  }
  for (const person of [ana, bob]) {
    const found = await person.page.evaluate(() => ({
      title: document.title,
      inMessages: [...document.querySelectorAll('[role=log] script, [role=log] img, [role=log] a, [role=log] b')].length,
      wider: document.documentElement.scrollWidth > window.innerWidth,
    }));
    assert.doesNotMatch(found.title, /caught/);
    assert.equal(found.inMessages, 0);
    assert.equal(found.wider, false, 'long words wrap');
  }
});

for (const [one, other] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`addresses can be clicked, and open beside the page: ${one}`, async (scene) => {
    const [ana, bob] = await pair(scene, one, other);
    const text = 'see https://example.org/a?b=c#d, (http://example.org), ask mailto:ana@example.org, not https://bank.example@example.org';
    await ana.say(text);
    await bob.hears('Ana', text);
    await ana.hears('You', text);
    for (const person of [ana, bob]) {
      const links = await person.page.$$eval('[role=log] a', (found) => found.map((link) => {
        const { textContent, href, target, rel, title } = /** @type {HTMLAnchorElement} */ (link);
        return [textContent, href, target, rel, title].join(' | ');
      }));
      assert.deepEqual(links, [
        'https://example.org/a?b=c#d | https://example.org/a?b=c#d | _blank | noopener noreferrer | ',
        'mailto:ana@example.org | mailto:ana@example.org | _blank | noopener noreferrer | ',
      ]);
    }

    await ana.say('https://bücher.example');
    await bob.find('link', 'https://bücher.example');
    assert.equal(await bob.page.$eval('[role=log] > :last-child a', (link) => link.getAttribute('title')), 'https://xn--bcher-kva.example/');
    assert.deepEqual(await axeFindings(bob.page), []);
  });
}

scenario('a name that looks like markup is text everywhere', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const name = '<b onclick=x>Bob';
  const bob = await scene.person('firefox', name);
  await eventually('Ana sees the name', async () => (await ana.text()).includes(name));
  await bob.startChat('Ana');
  await bob.say('hi');
  await eventually('Ana has a line about it', async () => /connected/i.test(await ana.rowOf(name)));
  assert.equal(await ana.page.evaluate(() => document.querySelectorAll('b').length), 0);
});

scenario('times are relative words, with the exact time on hover', async (scene) => {
  const [ana, bob] = await pair(scene);
  await ana.say('What time is it?');
  const message = await bob.hears('Ana', 'What time is it?');
  assert.match(message.when, /now|second/i);
  assert.match(message.exact, /\d{1,2}[:.]\d{2}/);
  assert.ok(Math.abs(Date.now() - Date.parse(message.moment)) < 60_000, message.moment);
});

scenario('unread messages are counted in the list and in the title', async (scene) => {
  const [ana, bob] = await pair(scene);
  const cem = await scene.person('chromium', 'Cem');
  await cem.startChat('Ana');
  await ana.isConnectedTo('Cem');
  await ana.show('Bob');
  await cem.say('one');
  await cem.say('two');
  await ana.seesInList('Cem', /\b2\s+unread/);
  await ana.seesTitle(/^\(2\)/);
  await bob.say('this one is read at once');
  await ana.hears('Bob', 'this one is read at once');
  assert.match(await ana.page.title(), /^\(2\)/);
  await ana.show('Cem');
  await ana.hears('Cem', 'two');
  await ana.seesTitle(/^[^(]/);
  assert.doesNotMatch(await ana.rowOf('Cem'), /unread/);
});

scenario('a draft stays with its conversation', async (scene) => {
  const [ana] = await pair(scene);
  const cem = await scene.person('chromium', 'Cem');
  await cem.startChat('Ana');
  await ana.isConnectedTo('Cem');
  await ana.show('Bob');
  await ana.write('for Bob, not yet');
  await ana.show('Cem');
  await ana.say('for Cem');
  await ana.show('Bob');
  const field = await ana.find('textbox', 'Message');
  assert.equal(await field.evaluate((el) => /** @type {HTMLTextAreaElement} */ (el).value), 'for Bob, not yet');
});
