// A proxy that passes everything on but WebSocket: the page loads, and its socket does not.
import { createServer, request } from 'node:http';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/**
 * A proxy like so many: of the headers that concern a connection it passes none on.
 * @param {import('./fixture/stage.js').Scene} scene
 * @returns {Promise<string>} its address
 */
async function proxy(scene) {
  const front = createServer((incoming, answer) => {
    const { upgrade, connection, ...headers } = incoming.headers;
    const onward = request(new URL(incoming.url ?? '', scene.server.url), { method: incoming.method, headers }, (back) => {
      answer.writeHead(back.statusCode ?? 502, back.headers);
      back.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  scene.atEnd(() => {
    front.close();
    front.closeAllConnections();
  });
  // Without a listener for `upgrade` node takes such a request for an ordinary one.
  await new Promise((listening) => front.listen(0, '127.0.0.1', () => listening(null)));
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (front.address()).port}/`;
}

for (const browser of ['chromium', 'firefox']) {
  scenario(`the page says what may be wrong, and what the operator can do: ${browser}`, async (scene) => {
    const ana = await scene.visitor(browser);
    ana.expectTrouble(/./);
    ana.url = await proxy(scene);
    await ana.visit();
    await ana.reads(`beckon doctor ${ana.url}`, { timeout: 90_000 });
  });
}
