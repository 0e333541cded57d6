// Requests as bytes on a connection: nothing puts right what is wrong with them on the way.
import { connect } from 'node:net';

export interface RawRequest {
  readonly bytes: Buffer;
  /** The client goes away when it has sent this; without an answer nothing is wrong. */
  readonly isIncomplete: boolean;
}

export interface RawAnswer {
  /** 0 when the server closed the connection without a word. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Longer than any answer takes, so that only a connection that hangs meets it. */
const patienceMs = 60_000;

/** Sends the bytes on a connection of their own, and resolves when it has ended. Rejects when it hangs. */
export function sendRaw(url: URL, { bytes, isIncomplete }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: url.hostname, port: Number(url.port) });
    const timer = setTimeout(() => {
      reject(new Error(`no end of the answer within ${patienceMs} ms: ${parse(chunks).status}`));
      socket.destroy();
    }, patienceMs);
    socket.on('connect', () => {
      if (isIncomplete) socket.end(bytes);
      else socket.write(bytes);
    });
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      // A stream of events would go on for ever.
      if (chunks.length < 4 && chunk.includes('text/event-stream')) socket.destroy();
    });
    // The server may close before it has read everything.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(parse(chunks));
    });
  });
}

function parse(chunks: readonly Buffer[]): RawAnswer {
  const answer = Buffer.concat(chunks).toString('latin1');
  // What is announced by 1xx comes before the answer.
  const final = answer.replace(/^(HTTP\/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n)+/, '');
  const end = final.indexOf('\r\n\r\n');
  const head = end < 0 ? final : final.slice(0, end);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  // Behind it there may be answers to what was taken for the next request.
  const body =
    end < 0 ? '' : final.slice(end + 4, length === undefined ? undefined : end + 4 + Number(length));
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    contentType: /^content-type: *(.*)$/im.exec(head)?.[1] ?? '',
    body: /^transfer-encoding: *chunked/im.test(head) ? withoutChunks(body) : body,
  };
}

function withoutChunks(body: string): string {
  let text = '';
  for (let at = 0; ; ) {
    const line = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.slice(at, line), 16);
    if (line < 0 || !(size > 0)) return text;
    text += body.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}
