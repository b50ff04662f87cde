// Coming in and going out.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

scenario('the button wants a name, Enter works, and success is announced', async (scene) => {
  const ana = await scene.visitor('chromium');
  await ana.find('textbox', 'Username');
  assert.equal(await ana.isEnabled('Log in'), false);
  await ana.typeName('   ');
  assert.equal(await ana.isEnabled('Log in'), false, 'blanks are no name');
  await ana.typeName('  Ana   Maria ');
  assert.equal(await ana.isEnabled('Log in'), true);
  await ana.page.keyboard.press('Enter');
  await ana.reads('Logged in as Ana Maria');
  await eventually('a live region says so', () => ana.page.evaluate(() =>
    [...document.querySelectorAll('[role=status], [aria-live=polite]')].some((el) => /(logged in as|welcome,?) ana maria/i.test(el.textContent ?? ''))));
});

for (const browser of ['chromium', 'firefox']) {
  scenario(`a taken name is said next to the field: ${browser}`, async (scene) => {
    await scene.person(browser, 'Ana');
    const other = await scene.visitor(browser);
    // Compared as people compare names: case, width and spaces aside.
    for (const name of ['Ana', 'ANA', ' ａｎａ ']) {
      await other.typeName(name);
      await other.press('Log in');
      await other.reads('Username is unavailable');
      assert.match(await fieldProblem(other), /Username is unavailable/);
      await other.typeName('x');
    }
    await other.typeName('Anja');
    await other.press('Log in');
    await other.reads('Logged in as Anja');
  });
}

for (const browser of ['chromium', 'firefox']) {
  for (const [how, events] of /** @type {const} */ ([['and says so by change alone', ['change']], ['without a word', []]])) {
    scenario(`a password manager fills the name in ${how}: ${browser}`, async (scene) => {
      const ana = await scene.visitor(browser);
      const field = await ana.find('textbox', 'Username');
      await field.evaluate((el, types) => {
        /** @type {HTMLInputElement} */ (el).value = 'Ana';
        for (const type of types) el.dispatchEvent(new Event(type, { bubbles: true }));
      }, events);
      if (events.length > 0) assert.equal(await ana.isEnabled('Log in'), true);
      await (await ana.find('button', 'Log in')).click();
      await ana.reads('Logged in as Ana');
    });
  }
}

scenario('a bad name is said next to the field, with a reason', async (scene) => {
  const ana = await scene.visitor('chromium');
  for (const name of ['a'.repeat(65), 'Аna', 'a\u202Ena']) {
    await ana.typeName('');
    const field = await ana.find('textbox', 'Username');
    await field.evaluate((el, value) => {
      /** @type {HTMLInputElement} */ (el).value = value;
      el.dispatchEvent(new Event('input', { bubbles: true }));
    }, name);
    await ana.press('Log in');
    const problem = await eventually('a reason', () => fieldProblem(ana));
    assert.ok(problem.length > 15, problem);
    assert.ok(await ana.has('textbox', 'Username'), 'still at the form');
  }
});

scenario('the name is remembered for the next time', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  await ana.page.reload();
  const field = await ana.find('textbox', 'Username');
  assert.equal(await field.evaluate((el) => /** @type {HTMLInputElement} */ (el).value), 'Ana');
  await ana.press('Log in');
  await ana.reads('Logged in as Ana');
});

scenario('logging out: the others are told, the name is free, one can come back', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const bob = await scene.person('firefox', 'Bob');
  await ana.startChat('Bob');
  await ana.say('Bye');
  await ana.logOut();
  await bob.seesNoMore('Ana');
  await bob.seesInList('Ana', /offline|left|disconnected/i);
  await bob.show('Ana');
  await bob.hears('Ana', 'Bye');
  assert.equal(await bob.isEnabled('Send'), false);

  const another = await scene.person('firefox', 'Ana');
  await bob.sees('Ana');
  await another.startChat('Bob');
  await another.logOut();

  await ana.logIn('Ana');
  await ana.startChat('Bob');
  await bob.isConnectedTo('Ana');
});

/**
 * What the field is described by while it is marked as wrong; '' if it is not.
 * @param {import('./fixture/person.js').Person} person
 */
async function fieldProblem(person) {
  const field = await person.find('textbox', 'Username');
  return field.evaluate((el) => {
    if (el.getAttribute('aria-invalid') !== 'true') return '';
    const [id] = (el.getAttribute('aria-describedby') ?? '').split(' ');
    return document.getElementById(id)?.textContent ?? '';
  });
}
