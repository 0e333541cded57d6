// What stands in front of several API processes: passes every connection on to the next process that answers. A process
// that dies takes its connections along; whoever had one tries again.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class LoadBalancer {
  readonly #server: Server;
  readonly #ports: number[] = [];
  readonly #sockets = new Set<Socket>();
  #next = 0;

  static async start(urls: readonly string[]): Promise<LoadBalancer> {
    const balancer = new LoadBalancer();
    for (const url of urls) balancer.add(url);
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  private constructor() {
    this.#server = createServer((client) => {
      this.#hold(client);
      this.#pass(client, this.#next++, this.#ports.length);
    });
  }

  get url(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  }

  add(url: string): void {
    this.#ports.push(Number(new URL(url).port));
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** To the process of this turn, or to those after it: others that come meanwhile have turns of their own. */
  #pass(client: Socket, turn: number, triesLeft: number): void {
    const port = this.#ports[turn % this.#ports.length];
    if (port === undefined || triesLeft === 0) {
      client.destroy();
      return;
    }
    const server = connect(port, '127.0.0.1');
    this.#hold(server);
    server.once('connect', () => {
      server.removeAllListeners('error');
      for (const [one, other] of [
        [client, server],
        [server, client],
      ] as const) {
        one.on('error', () => other.destroy()).on('close', () => other.destroy());
      }
      client.pipe(server).pipe(client);
    });
    server.once('error', () => this.#pass(client, turn + 1, triesLeft - 1));
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
  }
}
