// What is told about a run. Downloaders read it, so nothing of the machine is in it.
import type { ValidatorCause, ValidatorOutcome } from '../../core/validators/index.ts';

const messages: Readonly<Record<Exclude<ValidatorCause, 'allowed'>, string>> = {
  denied: 'The validator denies this download.',
  'timed-out': 'The validator did not come to a decision in time.',
  crashed: 'The validator ended without a decision.',
  'too-much-output': 'The validator wrote more than it may.',
  unavailable: 'The validator cannot be run just now.',
  busy: 'Too many validators are running just now; try again later.',
};

/** What the script has written is its message; only of those who have said all that they wanted to say. */
export function outcome(
  cause: ValidatorCause,
  begunAt: number,
  written: { readonly message: string; readonly diagnostics: string } = { message: '', diagnostics: '' },
): ValidatorOutcome {
  const said = cause === 'allowed' || cause === 'denied' || cause === 'crashed' ? written.message.trim() : '';
  const fallback = cause === 'allowed' ? '' : messages[cause];
  return {
    allowed: cause === 'allowed',
    message: said === '' ? fallback : said,
    cause,
    elapsedMs: Math.round(performance.now() - begunAt),
    ...(written.diagnostics === '' ? {} : { diagnostics: written.diagnostics }),
  };
}
