// Runs validators that are no programs but words:
//
//   allow                     allows
//   only ada                  allows ada
//   deny <message>            denies with the message
//   read <offset> <length>    denies with these bytes of the archive
//   timed-out, crashed, too-much-output, unavailable, busy    ends like this
//   anything else             is no validator: line 1
import { StorageError } from '../../src/core/errors.ts';
import type {
  SyntaxVerdict,
  ValidatorCause,
  ValidatorLanguage,
  ValidatorOutcome,
  ValidatorRunner,
  ValidatorTask,
} from '../../src/core/validators/index.ts';

const failures = ['timed-out', 'crashed', 'too-much-output', 'unavailable', 'busy'] as const;
const known = /^(allow|only \S+|deny .*|read \d+ \d+|timed-out|crashed|too-much-output|unavailable|busy)$/s;

export class FakeValidatorRunner implements ValidatorRunner {
  readonly ran: ValidatorTask[] = [];
  /** Whether it can be reached. */
  away = false;

  async checkSyntax(_language: ValidatorLanguage, source: string): Promise<SyntaxVerdict> {
    if (this.away) throw new StorageError('transient', 'The runner is away.');
    return known.test(source) ? { ok: true } : { ok: false, message: `line 1: ${source} is no validator` };
  }

  async run(task: ValidatorTask): Promise<ValidatorOutcome> {
    this.ran.push(task);
    if (this.away) return outcome('unavailable', 'Nobody runs it.');
    const [word = '', ...words] = task.source.split(' ');
    const failure = failures.find((one) => one === word);
    if (failure !== undefined)
      return { ...outcome(failure, `It ${failure}.`), diagnostics: `in line 47: ${failure}` };
    if (word === 'read') return this.#read(task, Number(words[0]), Number(words[1]));
    if (word === 'deny') return outcome('denied', words.join(' '));
    return word === 'allow' || words[0] === task.downloader ? outcome('allowed') : outcome('denied', '');
  }

  async health() {
    return { ready: !this.away, problems: [], running: 0, waiting: 0 };
  }

  async #read({ archive }: ValidatorTask, offset: number, length: number): Promise<ValidatorOutcome> {
    try {
      return outcome('denied', Buffer.from(await archive.read(offset, length)).toString());
    } catch {
      return outcome('unavailable', 'The archive cannot be read.');
    }
  }
}

function outcome(cause: ValidatorCause, message = ''): ValidatorOutcome {
  return { allowed: cause === 'allowed', message, cause, elapsedMs: 12.3 };
}
