// Looks at a file that is, or may be, one pickle after another.
import type { InspectedFile, Inspector, Telling } from '../inspection/inspector.ts';
import type { RuleId } from '../rules.ts';
import { judgeGlobal } from './known-globals.ts';
import { PickleWalker } from './pickle-walker.ts';
import type { PickleFinding, PickleRule } from './symbolic-loader.ts';

/** How sure it is that a loader would take the file for a pickle. */
type Certainty =
  /** Its bytes or its name say so: what cannot be walked through was missed. */
  | 'certain'
  /** Nothing says so: it is taken for one if it comes to its end, or to a call, and has something to hide. */
  | 'possible';

/** The first pickle of torch's format before 1.6: a number by which its loader knows it. */
const legacyTorch = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
/** Magic number, protocol, system, the object, keys of storages: then the storages' bytes, which nothing runs. */
const legacyTorchPickles = 5;

export class PickleInspector implements Inspector {
  readonly #file: InspectedFile;
  readonly #telling: Telling;
  readonly #certainty: Certainty;
  #walker: PickleWalker;
  /** Of the pickle at work. */
  #found: PickleFinding[] = [];
  #ended = 0;
  /** Where the pickle at work begins. */
  #start = 0;
  #position = 0;
  #isOver = false;
  /** Something was found in it. */
  #isTold = false;

  constructor(file: InspectedFile, telling: Telling, certainty: Certainty) {
    this.#file = file;
    this.#telling = telling;
    this.#certainty = certainty;
    this.#walker = this.#newWalker();
  }

  push(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0 && !this.#isOver) {
      const used = this.#walker.push(rest);
      this.#position += used;
      rest = rest.subarray(used);
      if (this.#walker.isOver) this.#next();
    }
    this.#position += rest.length;
  }

  end(): void {
    if (this.#isOver || this.#position === this.#start) return;
    this.#giveUp(this.#walker.problem() ?? 'it is not whole');
  }

  #newWalker(): PickleWalker {
    return new PickleWalker({ judge: judgeGlobal, report: (finding) => this.#found.push(finding) });
  }

  #next(): void {
    const problem = this.#walker.problem();
    if (problem !== null) {
      this.#giveUp(problem);
      return;
    }
    this.#tell();
    this.#ended++;
    this.#start = this.#position;
    this.#walker = this.#newWalker();
    const isTorch = legacyTorch.equals(this.#file.head.subarray(0, legacyTorch.length));
    this.#isOver = isTorch && this.#ended === legacyTorchPickles;
  }

  /** What a loader would have run before it came to this point counts, wherever a loader might begin. */
  #giveUp(problem: string): void {
    this.#isOver = true;
    if (this.#certainty === 'possible' && !this.#isTold && !this.#walker.hasCalled) return;
    this.#tell();
    if (this.#certainty === 'possible' && !this.#isTold) return;
    const range = { start: this.#start, end: this.#file.sizeBytes };
    this.#telling.missed(
      this.#ended === 0
        ? `The pickle cannot be followed to its end: ${problem}.`
        : `What follows pickle ${this.#ended} is none: ${problem}.`,
      range,
    );
  }

  #tell(): void {
    for (const finding of this.#found) {
      this.#isTold = true;
      const { rule, opcode, offset, global } = finding;
      const place = this.#start + offset;
      this.#telling.found(rule, explained(rule, `${opcode} at byte ${place}`, global), place);
    }
    this.#found = [];
  }
}

function explained(rule: PickleRule, where: string, global: string | undefined): string {
  return `${where}${global === undefined ? '' : `: ${global}`}. ${meanings[rule]}`;
}

const meanings: Readonly<Record<PickleRule & RuleId, string>> = {
  'pickle.dangerous-global': 'Loading it can run commands or read and write what is not its own.',
  'pickle.unknown-global': 'It is not among the classes that are known to be safe to load.',
  'pickle.hidden-global': 'Which class or function is meant is made up while loading.',
  'pickle.hidden-call': 'What is called is made up while loading.',
  'pickle.changed-global': 'A class or function is changed for the whole program that loads it.',
  'pickle.extension-code': 'What the number stands for is decided by the program that loads it.',
  'pickle.persistent-id': 'What the reference stands for is decided by the program that loads it.',
};
