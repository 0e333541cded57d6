// What the ClamAV daemon understands on its socket (clamd(8)): a command, which ends with a NUL, and one reply.
//
//   us     zINSTREAM␀ │ length (4, big-endian) │ bytes │ length │ bytes │ … │ 0 (4)
//   clamd                                                            stream: OK␀ │ stream: <name> FOUND␀ │ … ERROR␀
import { connect, type Socket } from 'node:net';
import { StorageError } from '../../core/errors.ts';

/** Plain data, which goes to every thread. */
export interface ClamdAddress {
  /** `host:port`, or the path of a socket. */
  readonly at: string;
  /** How long it may say nothing, while it scans or before. */
  readonly timeLimitMs: number;
}

/** It was reached, but said nothing for too long. */
export class ClamdTimeout extends Error {
  override readonly name = 'ClamdTimeout';
}

const connectLimitMs = 10_000;
const longestReply = 4_096;
const end = Buffer.alloc(4);

/** One command, and what is sent with it. */
export class ClamdConnection {
  readonly #socket: Socket;
  readonly #address: ClamdAddress;
  readonly #reply: Promise<string>;
  #wasSent = false;

  private constructor(socket: Socket, address: ClamdAddress) {
    this.#socket = socket;
    this.#address = address;
    this.#reply = this.#receive();
    // It is awaited when all is sent; an early end must not bring the process down until then.
    this.#reply.catch(() => {});
  }

  /** Rejects with a `StorageError` where nobody answers: `unreached`, nothing was looked at. */
  static async open(address: ClamdAddress, command: string): Promise<ClamdConnection> {
    const socket = await connected(address);
    const connection = new ClamdConnection(socket, address);
    await connection.#write(Buffer.from(`z${command}\0`, 'latin1'));
    return connection;
  }

  /** Sends a piece; `bytes` must stay as they are until it resolves. */
  async send(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    this.#wasSent = true;
    this.#socket.cork();
    this.#socket.write(length);
    const written = this.#write(bytes);
    this.#socket.uncork();
    await written;
  }

  /** No more pieces come. The reply, without its NUL. */
  async finish(): Promise<string> {
    await this.#write(end);
    return this.reply();
  }

  async reply(): Promise<string> {
    try {
      return await this.#reply;
    } finally {
      this.#socket.destroy();
    }
  }

  /** Leaves it where it is; what was sent is forgotten. */
  abandon(): void {
    this.#socket.destroy();
  }

  /** Resolves as well when the daemon does not listen any more: its reply says why. */
  #write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed || !this.#socket.writable) resolve();
      else {
        const settle = () => {
          this.#socket.off('close', settle);
          resolve();
        };
        this.#socket.once('close', settle);
        this.#socket.write(bytes, settle);
      }
    });
  }

  #receive(): Promise<string> {
    const { at, timeLimitMs } = this.#address;
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      let received = '';
      let cause: unknown;
      socket.setTimeout(timeLimitMs, () => {
        reject(new ClamdTimeout(`it said nothing for ${timeLimitMs / 1000} s`));
        socket.destroy();
      });
      socket.on('data', (bytes) => {
        received += bytes.toString('utf8');
        if (received.includes('\0')) resolve(received.slice(0, received.indexOf('\0')));
        else if (received.length > longestReply) socket.destroy();
      });
      socket.on('error', (error) => {
        cause = error;
      });
      // A file that brings the daemon down would do so again: then each time counts as an attempt.
      socket.on('close', () => reject(away(at, cause, this.#wasSent ? 'contended' : 'unreached')));
    });
  }
}

/** Sends a command that takes nothing and gives one line. */
export async function askClamd(address: ClamdAddress, command: string): Promise<string> {
  const connection = await ClamdConnection.open(address, command);
  return connection.reply();
}

function connected({ at }: ClamdAddress): Promise<Socket> {
  const [, host, port] = /^([^/]+):([0-9]+)$/.exec(at) ?? [];
  const socket =
    host === undefined
      ? connect({ path: at })
      : connect({ host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) });
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown) => {
      socket.destroy();
      reject(away(at, cause, 'unreached'));
    };
    socket.setTimeout(connectLimitMs, fail);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail).setTimeout(0);
      socket.removeAllListeners('timeout');
      resolve(socket);
    });
  });
}

function away(at: string, cause: unknown, transience: 'contended' | 'unreached'): StorageError {
  const message = `the ClamAV daemon at ${at} does not answer`;
  return new StorageError('transient', message, cause, { transience });
}
