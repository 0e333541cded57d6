import { RegistryError } from '../errors.ts';

/** How many bytes a place takes, both inclusive. */
export interface SizeLimits {
  readonly minimumBytes: number;
  readonly maximumBytes: number;
}

/** `what`: the thing that arrived, as in “part 3”; `given`: its bytes, or `more` when it was not read to its end. */
export function sizeMismatch(what: string, given: number | 'more', limits: SizeLimits): RegistryError {
  const { minimumBytes, maximumBytes } = limits;
  const expected =
    minimumBytes === maximumBytes ? `${maximumBytes}` : `from ${minimumBytes} to ${maximumBytes}`;
  const arrived = given === 'more' ? `more than ${maximumBytes}` : `${given}`;
  return new RegistryError(
    'upload-size-mismatch',
    `For ${what}, ${expected} bytes are expected, but ${arrived} came.`,
  );
}

export function fits(sizeBytes: number, limits: SizeLimits): boolean {
  return sizeBytes >= limits.minimumBytes && sizeBytes <= limits.maximumBytes;
}
