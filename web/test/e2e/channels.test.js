// Named channels between two libraries: their messages, files and streams.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });
const PAIRS = [['chromium', 'firefox'], ['firefox', 'chromium'], ['chromium', 'chromium'], ['firefox', 'firefox']];

/**
 * Logs a page in by the library itself, beside the chat page: `signaling`, `peers`, and in `channels` what others make.
 *
 * @param {import('./fixture/person.js').Person} person
 * @param {string} name
 * @param {string} room
 * @param {string} [options] of Peers
 */
async function enter(person, name, room, options = '{}') {
  await person.page.evaluate(`(async () => {
    const { Peers, Signaling } = await import('/lib/beckon.js');
    const signaling = new Signaling();
    const peers = new Peers(signaling, ${options});
    const channels = {};
    const read = ({ detail: { data } }) => typeof data === 'string' ? data : data.byteLength;
    const log = (channel, list) => channel.addEventListener('message', (event) => list.push(read(event)));
    peers.addEventListener('peer', ({ detail: { peer } }) => {
      const list = channels.first = [];
      log(peer, list);
      peer.addEventListener('channel', ({ detail: { channel } }) => {
        const heard = [];
        log(channel, heard);
        channels[channel.label] = { channel, heard };
      });
    });
    Object.assign(window, { signaling, peers, channels, log });
    await signaling.login({ name: '${name}', room: '${room}' });
  })()`);
}

/** @param {import('./fixture/person.js').Person} person @param {string} body of an async function @returns {Promise<any>} */
function run(person, body) {
  return person.page.evaluate(`(async () => { ${body} })()`);
}

/** @param {import('./fixture/person.js').Person} person @param {string} condition */
function until(person, condition) {
  return person.page.waitForFunction(condition, { polling: 20 });
}

/** Ana and Flo, who are connected. @param {import('./fixture/stage.js').Scene} scene @param {string[]} pair */
async function connected(scene, [one, other]) {
  const [ana, flo] = [await scene.visitor(one), await scene.visitor(other)];
  await enter(flo, 'Flo', scene.room);
  await enter(ana, 'Ana', scene.room);
  await run(ana, "window.peer = await peers.connect('Flo').opened;");
  await until(flo, "peers.get('Ana')?.state === 'open'");
  await run(flo, "window.peer = peers.get('Ana');");
  return { ana, flo };
}

for (const pair of PAIRS) {
  const [one, other] = pair;
  scenario(`a channel of one side, one of both, and one that may lose: ${one} and ${other}`, async (scene) => {
    const { ana, flo } = await connected(scene, pair);
    await run(ana, `
      const game = window.game = peer.channel('game', { protocol: 'chess' });
      log(game, window.heard = []);
      await game.opened;
      game.send('e4');
      game.send('x'.repeat(300_000));
      peer.send('beside it');
    `);
    await until(flo, "channels.game?.heard.length === 2 && channels.first.length === 1");
    assert.deepEqual(await run(flo, `
      const { channel, heard } = channels.game;
      channel.send('e5');
      return [channel.protocol, channel.state, heard.map(({ length }) => length), channels.first];
    `), ['chess', 'open', [2, 300_000], ['beside it']]);
    await until(ana, "heard.includes('e5')");

    const both = "const both = window.both = peer.channel('both'); log(both, window.heard = []); await both.opened;";
    await Promise.all([run(ana, both), run(flo, both)]);
    for (const person of [ana, flo]) await run(person, 'for (let i = 0; i < 50; i++) both.send(String(i));');
    const all = Array.from({ length: 50 }, (_, i) => String(i)).join();
    for (const person of [ana, flo]) await until(person, `heard.join() === '${all}'`);
    await run(flo, "both.send('bye'); both.close();");
    await until(ana, "both.state === 'closed' && heard.at(-1) === 'bye'");

    await run(ana, `
      const loose = peer.channel('loose', { ordered: false, maxRetransmits: 0 });
      await loose.opened;
      loose.send(new ArrayBuffer(1000));
    `);
    await until(flo, "channels.loose?.heard[0] === 1000");
    await run(ana, 'game.close();');
    await until(flo, "channels.game.channel.state === 'closed'");
    assert.deepEqual(await Promise.all([ana, flo].map((person) => run(person, 'return peer.state;'))), ['open', 'open']);
  });

  scenario(`a file with how far it is, one given up, and hanging up behind it: ${one} to ${other}`, async (scene) => {
    const { ana, flo } = await connected(scene, pair);
    const { steps, error } = await run(ana, `
      const files = peer.channel('files');
      await files.opened;
      const steps = [];
      await files.sendBlob(new Blob([new ArrayBuffer(5_000_000)]), { onprogress: (sent) => steps.push(sent) });
      const giving = new AbortController();
      const onprogress = (sent) => sent > 3_000_000 && giving.abort();
      const error = await files.sendBlob(new Blob([new ArrayBuffer(20_000_000)]), { signal: giving.signal, onprogress })
        .catch(({ name }) => name);
      files.send('after it');
      files.sendBlob(new Blob([new ArrayBuffer(3_000_000)])).catch(() => {});
      peer.close({ flush: 60_000 });
      return { steps, error };
    `);
    assert.equal(error, 'AbortError');
    assert.equal(steps.at(-1), 5_000_000);
    assert.ok(steps.length > 50, String(steps.length));
    await until(flo, "peer.state === 'closed'");
    assert.deepEqual(await run(flo, 'return [channels.files.heard, channels.files.channel.state, peer.reason];'),
      [[5_000_000, 'after it', 3_000_000], 'closed', 'closed-by-peer']);
  });

  scenario(`a stream waits for its reader, and ends whole: ${one} to ${other}`, async (scene) => {
    const { ana, flo } = await connected(scene, pair);
    await run(flo, `
      peer.addEventListener('channel', ({ detail: { channel } }) => {
        const reader = channel.readable.getReader();
        window.read = { bytes: 0, sum: 0, done: false, next: async () => {
          const { done, value } = await reader.read();
          read.done = done;
          if (done) return;
          read.bytes += value.byteLength;
          for (const byte of new Uint8Array(value)) read.sum = (read.sum * 31 + byte) % 1_000_003;
        } };
      });
    `);
    await run(ana, `
      const writer = peer.channel('stream').writable.getWriter();
      window.written = { bytes: 0, sum: 0, closed: false };
      window.writing = (async () => {
        for (let i = 0; i < 400; i++) {
          const part = new Uint8Array(65_536).map((_, j) => i * j);
          await writer.write(part);
          written.bytes += part.length;
          for (const byte of part) written.sum = (written.sum * 31 + byte) % 1_000_003;
        }
        await writer.close();
        written.closed = true;
      })();
    `);
    await until(flo, 'window.read');
    let before = -1;
    for (let now = 0; now !== before; now = await run(ana, 'return written.bytes;')) {
      before = now;
      await new Promise((resolve) => { setTimeout(resolve, 1_000); });
    }
    assert.ok(before >= 1_000_000 && before < 16_000_000, `${before} bytes were written with nobody reading`);
    await run(flo, 'while (!read.done) await read.next();');
    await until(ana, 'written.closed');
    const sent = await run(ana, 'return [written.bytes, written.sum];');
    assert.deepEqual(await run(flo, 'return [read.bytes, read.sum];'), sent);
    assert.equal(sent[0], 400 * 65_536);
  });

  scenario(`a stream fails when the writer's page goes: ${one} to ${other}`, async (scene) => {
    const { ana, flo } = await connected(scene, pair);
    await run(flo, `
      peer.addEventListener('channel', ({ detail: { channel } }) => {
        window.bytes = 0;
        window.end = (async () => {
          try {
            for (const reader = channel.readable.getReader(); ;) {
              const { done, value } = await reader.read();
              if (done) return 'whole';
              bytes += value.byteLength;
            }
          } catch ({ name }) {
            return name;
          }
        })();
      });
    `);
    await run(ana, `
      const writer = peer.channel('stream').writable.getWriter();
      await writer.write(new Uint8Array(100_000));
      setInterval(() => writer.write(new Uint8Array(100_000)).catch(() => {}), 20);
    `);
    await until(flo, 'window.bytes > 0');
    await ana.page.goto('about:blank');
    assert.equal(await flo.page.evaluate('end'), 'NetworkError');
  });
}
