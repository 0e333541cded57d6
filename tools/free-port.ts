import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of the loopback interface that nobody listens at. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** So many of them, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const listeners = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(listeners.map((listener) => once(listener, 'listening')));
  return listeners.map((listener) => {
    const address = listener.address();
    listener.close();
    if (address === null || typeof address === 'string') throw new Error('no port is free');
    return address.port;
  });
}
