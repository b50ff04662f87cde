/** A TCP proxy that hands everything on some time later, in both directions. */
import { connect, createServer } from 'node:net';

/**
 * @param {number} port  on loopback, to which it leads
 * @param {number} delay  ms, each way
 * @returns {Promise<{port: number, close: () => void}>}
 */
export async function startDelay(port, delay) {
  const sockets = /** @type {Set<import('node:net').Socket>} */ (new Set());
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [[near, far], [far, near]]) {
      sockets.add(from);
      // Timers of one duration fire in the order in which they were set.
      from.on('data', (chunk) => setTimeout(() => to.writable && to.write(chunk), delay));
      from.on('end', () => setTimeout(() => to.end(), delay));
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port: own } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { port: own, close: () => { server.close(); for (const socket of sockets) socket.destroy(); } };
}
