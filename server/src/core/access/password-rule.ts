import { RegistryError } from '../errors.ts';

const minimumLength = 12;
const maximumLength = 256;
const minimumSurprises = 8;

/** What guessing programs try first; in a password each counts as one character. */
const commonWords =
  /password|passwort|passw0rd|p@ssw[o0]rd|qwert[yz]|asdfgh|letmein|welcome|willkommen|iloveyou|admin|assay|secret|monkey|dragon/g;

/**
 * Refuses (`password-too-weak`) what would be guessed. There are no rules about kinds of characters: they make
 * passwords harder to remember, not to guess (NIST SP 800-63B, section 3.1.1.2).
 */
export function requireStrongPassword(password: string, userName: string): void {
  const { length } = [...password];
  if (length < minimumLength || length > maximumLength) {
    throw tooWeak(
      `The password has ${length} characters; it must have ${minimumLength} to ${maximumLength}.`,
    );
  }
  const lower = password.toLowerCase();
  if (lower.includes(userName.toLowerCase())) throw tooWeak('The password must not contain the user name.');
  if (surprisesIn(lower) < minimumSurprises) {
    throw tooWeak('The password is too easy to guess: avoid repetitions, sequences and common words.');
  }
}

/** Characters that do not follow from those before them by repeating or counting on. */
function surprisesIn(lower: string): number {
  const text = lower.replace(commonWords, '\0');
  let surprises = 0;
  for (let i = 0; i < text.length; i += 1) {
    const step = i === 0 ? Number.NaN : text.charCodeAt(i) - text.charCodeAt(i - 1);
    const seenBefore = i >= 2 && text.indexOf(text.slice(i - 2, i + 1)) < i - 2;
    if (!(Math.abs(step) <= 1) && !seenBefore) surprises += 1;
  }
  return surprises;
}

function tooWeak(detail: string): RegistryError {
  return new RegistryError('password-too-weak', detail);
}
