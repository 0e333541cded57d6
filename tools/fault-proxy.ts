// A proxy between a program and an engine that it talks to over TCP, which brings about the faults of a network and
// of an engine that is in trouble: for tests, of the server's adapters and of whole processes. Whatever protocol is
// spoken passes it unchanged, unless a fault says otherwise.
//
//   const proxy = await FaultProxy.to('127.0.0.1', 5432);
//   … the program connects to 127.0.0.1, proxy.port …
//   proxy.bring({ stall: true });
//   proxy.heal();
//   await proxy.close();
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface Faults {
  /** Nobody can connect, and all connections are reset: as if the engine's process had ended. */
  readonly refuse?: boolean;
  /** Nothing passes any more, and no connection ends: as if the machine had stopped, or a wire were cut. */
  readonly stall?: boolean;
  /** Every piece of an answer comes so much later. */
  readonly delayMs?: number;
  /** Each connection is reset after so many bytes of answers, counted from when the fault was brought. */
  readonly cutAnswersAfter?: number;
  /** Each connection is reset after so many bytes of requests: the engine may or may not have taken them. */
  readonly cutRequestsAfter?: number;
  /** Changes the answers' bytes on their way. Gets one piece at a time, and leaves its length. */
  readonly corrupt?: (answer: Buffer) => Buffer;
}

export class FaultProxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #passages = new Set<Passage>();
  #server: Server | null = null;
  #port = 0;
  #faults: Faults = {};

  private constructor(target: { host: string; port: number }) {
    this.#target = target;
  }

  static async to(host: string, port: number): Promise<FaultProxy> {
    const proxy = new FaultProxy({ host, port });
    await proxy.#listen();
    return proxy;
  }

  /** On 127.0.0.1; the same for as long as the proxy lives. */
  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#passages.size;
  }

  /** These faults instead of those before, for connections that are open too. */
  async bring(faults: Faults): Promise<void> {
    this.#faults = faults;
    for (const passage of this.#passages) passage.bring(faults);
    if (faults.refuse) await this.#unlisten();
    else await this.#listen();
  }

  /** No faults any more. What was held back passes now. */
  heal(): Promise<void> {
    return this.bring({});
  }

  /** Resets every connection once; new ones pass. */
  cut(): void {
    for (const passage of this.#passages) passage.reset();
  }

  async close(): Promise<void> {
    await this.#unlisten();
  }

  async #listen(): Promise<void> {
    if (this.#server !== null) return;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#pass(client));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #unlisten(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.cut();
    if (server === null) return;
    server.close();
    await once(server, 'close');
  }

  #pass(client: Socket): void {
    const passage = new Passage(client, connect({ ...this.#target, allowHalfOpen: true }), this.#faults);
    this.#passages.add(passage);
    client.once('close', () => this.#passages.delete(passage));
  }
}

/** One connection through the proxy. */
class Passage {
  readonly #client: Socket;
  readonly #engine: Socket;
  readonly #ways: readonly Way[];

  constructor(client: Socket, engine: Socket, faults: Faults) {
    this.#client = client;
    this.#engine = engine;
    const reset = () => this.reset();
    this.#ways = [
      new Way(client, engine, reset, requestFaults),
      new Way(engine, client, reset, answerFaults),
    ];
    for (const [one, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      one.setNoDelay();
      one.on('error', () => {});
      one.once('close', () => (one.errored ? other.resetAndDestroy() : other.end()));
    }
    this.bring(faults);
  }

  bring(faults: Faults): void {
    for (const way of this.#ways) way.bring(faults);
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#engine.destroy();
  }
}

interface WayFaults {
  readonly stall: boolean;
  readonly delayMs: number;
  readonly cutAfter: number;
  readonly corrupt: (piece: Buffer) => Buffer;
}

const unchanged = (piece: Buffer) => piece;

function requestFaults({ stall = false, cutRequestsAfter = Number.POSITIVE_INFINITY }: Faults): WayFaults {
  return { stall, delayMs: 0, cutAfter: cutRequestsAfter, corrupt: unchanged };
}

function answerFaults(faults: Faults): WayFaults {
  const {
    stall = false,
    delayMs = 0,
    cutAnswersAfter = Number.POSITIVE_INFINITY,
    corrupt = unchanged,
  } = faults;
  return { stall, delayMs, cutAfter: cutAnswersAfter, corrupt };
}

/** One direction of a connection. */
class Way {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #reset: () => void;
  readonly #faultsOf: (faults: Faults) => WayFaults;
  #faults: WayFaults;
  #passed = 0;

  constructor(from: Socket, to: Socket, reset: () => void, faultsOf: (faults: Faults) => WayFaults) {
    this.#from = from;
    this.#to = to;
    this.#reset = reset;
    this.#faultsOf = faultsOf;
    this.#faults = faultsOf({});
    from.on('data', (piece: Buffer) => this.#take(piece));
    // An end must not overtake what is delayed.
    from.on('end', () => setTimeout(() => to.end(), this.#faults.delayMs));
    to.on('drain', () => this.#go());
  }

  bring(faults: Faults): void {
    this.#faults = this.#faultsOf(faults);
    this.#passed = 0;
    this.#go();
  }

  #go(): void {
    if (this.#faults.stall) this.#from.pause();
    else this.#from.resume();
  }

  #take(piece: Buffer): void {
    const { delayMs } = this.#faults;
    if (delayMs === 0) this.#hand(piece);
    else setTimeout(() => this.#hand(piece), delayMs);
  }

  #hand(piece: Buffer): void {
    const { cutAfter, corrupt } = this.#faults;
    const left = cutAfter - this.#passed;
    this.#passed += piece.length;
    if (this.#to.destroyed) return;
    const hasRoom = this.#to.write(corrupt(piece.subarray(0, Math.max(0, left))));
    // Behind what was just written.
    if (piece.length > left) this.#to.write('', () => this.#reset());
    else if (!hasRoom) this.#from.pause();
  }
}
