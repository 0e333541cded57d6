// Looks at a file that is, or may be, one pickle after another.
import type { InspectedFile, Inspector, Telling } from '../inspection/inspector.ts';
import type { RuleId } from '../rules.ts';
import { judgeGlobal } from './known-globals.ts';
import { PickleSearch } from './pickle-search.ts';
import { PickleWalker, Reading } from './pickle-walker.ts';
import type { PickleFinding, PickleRule } from './symbolic-loader.ts';

/** How sure it is that a loader would take the file for a pickle. */
export type Certainty =
  /** Its bytes or its name say so: what cannot be walked through was missed. */
  | 'certain'
  /** Nothing says so: it is taken for one if it comes to its end, or to a call, and has something to hide. */
  | 'possible'
  /** The same, and it may begin anywhere: the file is of bytes that nobody knows. */
  | 'anywhere';

/** The first pickle of torch's format before 1.6: a number by which its loader knows it. */
const legacyTorch = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
/** Magic number, protocol, system, the object, keys of storages: then the storages' bytes, which nothing runs. */
const legacyTorchPickles = 5;
const mostRemembered = 10_000;

export class PickleInspector implements Inspector {
  readonly #file: Pick<InspectedFile, 'sizeBytes' | 'head'>;
  readonly #telling: Telling;
  readonly #certainty: Certainty;
  readonly #isTorch: boolean;
  #walker: PickleWalker;
  /** The same by a loader that still has the memo of the pickles before. */
  #carrying: Reading | null = null;
  /** It has found something in the pickle at work. */
  #hasCarried = false;
  /** Of the pickle at work, without what was found at the same place before. */
  #found = new Map<string, PickleFinding>();
  #ended = 0;
  /** Where the pickle at work begins. */
  #start = 0;
  #position = 0;
  /** Nothing more follows that a loader would take for a pickle. */
  #isOver = false;
  #search: PickleSearch | null = null;
  /** Something was found where a loader would begin. */
  #isTold = false;
  /** The places that something was found at. */
  readonly #told = new Set<string>();

  constructor(file: Pick<InspectedFile, 'sizeBytes' | 'head'>, telling: Telling, certainty: Certainty) {
    this.#file = file;
    this.#telling = telling;
    this.#certainty = certainty;
    this.#isTorch = legacyTorch.equals(file.head.subarray(0, legacyTorch.length));
    this.#walker = this.#newWalker();
    if (certainty === 'anywhere') this.#searchOn();
  }

  push(bytes: Uint8Array): void {
    this.#search?.push(bytes);
    if (this.#isOver && this.#carrying?.push(bytes) === false) this.#carrying = null;
    let rest = bytes;
    while (rest.length > 0 && !this.#isOver) {
      if (this.#carrying?.push(rest) === false) this.#carrying = null;
      const used = this.#walker.push(rest);
      this.#position += used;
      rest = rest.subarray(used);
      if (this.#walker.isOver) this.#next(rest);
    }
  }

  end(): void {
    if (this.#search?.isIncomplete)
      this.#telling.missed('More places look like the beginning of a pickle than can be followed.');
    if (this.#isOver || this.#position === this.#start) return;
    this.#walker.end();
    this.#giveUp(this.#walker.problem() ?? 'it is not whole');
  }

  #newWalker(): PickleWalker {
    return new PickleWalker({ judge: judgeGlobal, report: (finding) => this.#note(finding) });
  }

  #note(finding: PickleFinding): void {
    const key = `${finding.rule} ${finding.offset}`;
    if (!this.#found.has(key)) this.#found.set(key, finding);
  }

  /** It comes with a call: no matter how the pickle reads without the memo. */
  #noteCarried(finding: PickleFinding): void {
    this.#hasCarried = true;
    if (this.#isOver) this.#tellOnce(finding, this.#start);
    else this.#note(finding);
  }

  #next(rest: Uint8Array): void {
    const problem = this.#walker.problem();
    if (problem !== null) {
      this.#giveUp(problem);
      this.#searchOn(rest);
      return;
    }
    this.#tell();
    this.#ended++;
    this.#start = this.#position;
    this.#hasCarried = false;
    const { stack } = this.#walker;
    this.#walker = this.#newWalker();
    stack.clear();
    const report = (finding: PickleFinding) => this.#noteCarried(finding);
    this.#carrying = stack.memoSize === 0 ? null : new Reading({ judge: judgeGlobal, report }, stack);
    if (!this.#isTorch || this.#ended < legacyTorchPickles) return;
    this.#isOver = true;
    this.#searchOn(rest);
  }

  /** What a loader would have run before it came to this point counts, wherever a loader might begin. */
  #giveUp(problem: string): void {
    this.#isOver = true;
    const isCertain = this.#certainty === 'certain' || this.#isTold || this.#walker.isUnfollowed;
    if (isCertain || this.#hasCarried || this.#walker.hasCalled) this.#tell();
    if (!isCertain && !this.#isTold) return;
    const range = { start: this.#start, end: this.#file.sizeBytes };
    this.#telling.missed(
      this.#ended === 0
        ? `The pickle cannot be followed to its end: ${problem}.`
        : `What follows pickle ${this.#ended} is none: ${problem}.`,
      range,
    );
  }

  /** Through what is no pickle any more, if there was one. */
  #searchOn(rest: Uint8Array = new Uint8Array(0)): void {
    if (this.#search !== null || this.#certainty === 'possible') return;
    const start = this.#position;
    const left = this.#file.sizeBytes - start;
    this.#search = new PickleSearch(left, (finding) => this.#tellOnce(finding, start));
    this.#search.push(rest);
  }

  #tell(): void {
    // A reference is nothing to hide: archives begin with the letter of one.
    this.#isTold ||= [...this.#found.values()].some(({ rule }) => rule !== 'pickle.persistent-id');
    for (const finding of this.#found.values()) this.#tellOnce(finding, this.#start);
    this.#found.clear();
  }

  #tellOnce(finding: PickleFinding, start: number): void {
    const key = `${finding.rule} ${start + finding.offset}`;
    if (this.#told.has(key)) return;
    if (this.#told.size < mostRemembered) this.#told.add(key);
    tellPickle(this.#telling, finding, start);
  }
}

/** `start`: where the pickle that the finding counts from stands in the file. */
export function tellPickle(
  telling: Telling,
  { rule, opcode, offset, global }: PickleFinding,
  start = 0,
): void {
  const place = start + offset;
  telling.found(rule, explained(rule, `${opcode} at byte ${place}`, global), place);
}

function explained(rule: PickleRule, where: string, global: string | undefined): string {
  const meaning = global !== undefined && carriesCode.test(global) ? codeMeaning : meanings[rule];
  return `${where}${global === undefined ? '' : `: ${global}`}. ${meaning}`;
}

const carriesCode = /^(dill|cloudpickle)\b/;
const codeMeaning =
  'Pickles of dill and cloudpickle carry code, which loading them runs: none of it is accepted.';

const meanings: Readonly<Record<PickleRule & RuleId, string>> = {
  'pickle.dangerous-global': 'Loading it can run commands or read and write what is not its own.',
  'pickle.unknown-global': 'It is not among the classes that are known to be safe to load.',
  'pickle.hidden-global': 'Which class or function is meant is made up while loading.',
  'pickle.hidden-call': 'What is called is made up while loading.',
  'pickle.changed-global': 'A class or function is changed for the whole program that loads it.',
  'pickle.forged-type':
    'What numpy would take for numbers may be addresses of objects, by which a file runs what it likes.',
  'pickle.ambiguous': 'Where the next opcode begins depends on the program that loads it.',
  'pickle.extension-code': 'What the number stands for is decided by the program that loads it.',
  'pickle.persistent-id': 'What the reference stands for is decided by the program that loads it.',
};
