// Scripts that try to get out, run before any other: what shall confine scripts is only believed after it has.
import type { ValidatorLanguage, ValidatorOutcome } from '../../core/validators/index.ts';

export interface Canary {
  readonly language: ValidatorLanguage;
  /** What it tries, in words that follow `can`. */
  readonly tries: string;
  /** Writes `ESCAPED` when it got out. */
  readonly source: string;
  holds(outcome: ValidatorOutcome): boolean;
}

const isQuiet = ({ message }: ValidatorOutcome) => !message.includes('ESCAPED');

// Without those that allow, a sandbox in which nothing runs at all would pass.
export const canaries: readonly Canary[] = [
  {
    language: 'python',
    tries: 'not even allow',
    source: "print('fine')",
    holds: ({ allowed, message }) => allowed && message === 'fine',
  },
  {
    language: 'python',
    tries: 'read files of this machine',
    source:
      "import os\nprint('ESCAPED' if os.path.exists('/proc/version') or os.path.exists('/etc/passwd') else 'in')",
    holds: isQuiet,
  },
  {
    language: 'python',
    tries: 'start programs',
    source: "import os\nos.system('echo ESCAPED')\nprint('ESCAPED')",
    holds: (outcome) => outcome.cause === 'crashed' && isQuiet(outcome),
  },
  {
    language: 'python',
    tries: 'open connections',
    source: "import socket\nsocket.create_connection(('127.0.0.1', 9), 1)\nprint('ESCAPED')",
    holds: (outcome) => outcome.cause === 'crashed' && isQuiet(outcome),
  },
  {
    language: 'python',
    tries: 'go on for ever',
    source: 'while True: pass',
    holds: ({ cause }) => cause === 'timed-out',
  },
  {
    language: 'javascript',
    tries: 'not even allow',
    source: "console.log('fine')",
    holds: ({ allowed, message }) => allowed && message === 'fine',
  },
  {
    language: 'javascript',
    tries: 'load modules of Node.js',
    source: "require('child_process'); console.log('ESCAPED')",
    holds: (outcome) => outcome.cause === 'crashed' && isQuiet(outcome),
  },
];
