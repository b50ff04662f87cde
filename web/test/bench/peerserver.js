/** The npm package `peer`, PeerJS's own server, as its own process. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '../e2e/fixture/port.js';
import { eventually } from '../e2e/fixture/wait.js';

const program = fileURLToPath(new URL('../node_modules/peer/dist/bin/peerjs.js', import.meta.url));

/** @returns {Promise<{port: number, close: () => void}>} */
export async function startPeerServer() {
  const port = await freePort();
  const child = spawn(process.execPath, [program, '--host', '127.0.0.1', '--port', String(port), '--path', '/'], {
    stdio: 'ignore',
  });
  const close = () => child.kill('SIGKILL');
  process.once('exit', close);
  await eventually('npm peer is ready', async () => (await fetch(`http://127.0.0.1:${port}/`)).ok);
  return { port, close };
}
