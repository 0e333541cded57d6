// The program's log: JSON for machines, or lines for people at a terminal. What a request log may tell is decided
// where it is written (http/observe-requests.ts); what must never appear is removed here.
import { stripVTControlCharacters, styleText } from 'node:util';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export interface LogSettings {
  readonly logLevel: string;
  readonly logFormat: 'auto' | 'json' | 'text';
}

/** The part of standard output that a log needs. */
type LogOutput = NodeJS.WritableStream & { readonly fd: number; readonly isTTY: boolean };

/** The present time as a text. Most lines are written within a millisecond of another one, whose text is used again. */
function timeTexts(): () => string {
  let [ms, text] = [0, ''];
  return () => {
    const now = Date.now();
    if (now !== ms) [ms, text] = [now, new Date(now).toISOString()];
    return text;
  };
}

const timeText = timeTexts();

const options: LoggerOptions = {
  base: null,
  timestamp: () => `,"time":"${timeText()}"`,
  formatters: { level: (level) => ({ level }) },
  serializers: { err: pino.stdSerializers.err, req: withoutSecrets },
  redact: {
    paths: ['authorization', 'headers.authorization', 'req.headers.authorization', '*.password', '*.secret'],
    censor: '[secret]',
  },
};

/** Lines are written together: so many bytes of them, or those of so long a time. */
const together = { minLength: 128 * 1024, maxWrite: 256 * 1024, periodicFlush: 100 };

/**
 * To standard output, without holding requests up; a killed process may leave its very last lines unwritten. `ids`: what
 * a line belongs to.
 */
export function createLogger(
  settings: LogSettings,
  ids: (() => object | undefined) | null = null,
  output: LogOutput = process.stdout,
): Logger {
  const asText = settings.logFormat === 'text' || (settings.logFormat === 'auto' && output.isTTY);
  const destination = asText
    ? { write: (line: string) => void output.write(lineForPeople(line, output.isTTY)) }
    : pino.destination({ fd: output.fd, sync: false, ...together });
  const mixin = ids === null ? {} : { mixin: () => ids() ?? {} };
  return pino({ ...options, ...mixin, level: settings.logLevel }, destination);
}

/** A line of the level `info`: what it is about, as `logger.info(about, message)` takes it. */
export type PlainLine = (about: object, message: string) => void;

/**
 * Writes lines as `logger.info` does, for what is known to hold neither secrets nor errors: every request writes one, and
 * made in one piece it costs a third.
 */
export function plainLines(logger: Logger): PlainLine {
  const destination = destinationOf(logger);
  return (about, msg) => {
    if (!logger.isLevelEnabled('info')) return;
    destination.write(`${JSON.stringify({ level: 'info', time: timeText(), ...about, msg })}\n`);
  };
}

function destinationOf(logger: Logger): DestinationStream {
  return (logger as unknown as { [pino.symbols.streamSym]: DestinationStream })[pino.symbols.streamSym];
}

const lastLinesMs = 1_000;

/**
 * Ends the process when its last lines are written, or a second later: who reads them may have gone, or not read any
 * more. What writes them when a process just ends would then try for ever.
 */
export function exitAfterLog(logger: Logger, code: number): void {
  const exit = () => {
    Object.assign(destinationOf(logger), { flushSync: () => {} });
    process.exit(code);
  };
  setTimeout(exit, lastLinesMs);
  // The first may only wait for lines that were on their way already, and leave those that have come since.
  logger.flush(() => logger.flush(exit));
}

/** Fastify’s own messages carry a request: its address is kept without the query, which may hold a signature. */
function withoutSecrets(request: { method?: string; url?: string }) {
  return { method: request.method, path: request.url?.split('?')[0] };
}

const colours = {
  trace: 'gray',
  debug: 'gray',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
} as const;

/** `12:00:00.000 INFO request operation=item.list status=200`; the stack of an error follows on lines of its own. */
export function lineForPeople(line: string, coloured: boolean): string {
  const { level, time, msg, err, ...rest }: Record<string, unknown> = JSON.parse(line);
  const name = String(level);
  const colour = colours[name as keyof typeof colours] ?? 'white';
  const shown = coloured
    ? styleText(colour, name.toUpperCase(), { validateStream: false })
    : name.toUpperCase();
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${plain(value)}`);
  const stack = isError(err) ? `\n${stripVTControlCharacters(err.stack)}` : '';
  return `${[String(time).slice(11, 23), shown, plain(msg ?? ''), ...fields].join(' ')}${stack}\n`;
}

/** One line without control characters, whatever a client has sent. */
function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[\p{Cc}]/u.test(text) ? JSON.stringify(text) : text;
}

function isError(value: unknown): value is { stack: string } {
  return typeof value === 'object' && value !== null && 'stack' in value && typeof value.stack === 'string';
}
