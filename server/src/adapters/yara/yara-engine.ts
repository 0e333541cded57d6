// YARA rules (https://virustotal.github.io/yara-x/) as a malware engine. A file is looked at in one piece where it is small
// enough, else in overlapping windows: offsets are those in the file, but `filesize` and a string `at` a place are of the
// window.
import type {
  Finding,
  InspectedFile,
  Inspector,
  MalwareEngine,
  MalwareTelling,
} from '../../core/checks/index.ts';
import { hasText, longText, OverlappingWindows, type WindowSizes } from '../../core/checks/index.ts';
import { compileYaraRules, digestOf, type YaraRules } from './yara-rules.ts';

/** Plain data, which goes to every thread. */
export interface YaraSettings {
  readonly rules: readonly YaraRules[];
  /** What one window may take. A slower one was looked at all the same, but nothing of the file behind it is. */
  readonly windowTimeLimitMs: number;
}

const sizes: WindowSizes = { windowBytes: 8 * 1024 * 1024, overlapBytes: 64 * 1024, textBytes: longText };

type Scan = (bytes: Buffer, mayHoldText: boolean) => Match[];
type Match = ReturnType<ReturnType<typeof compileYaraRules>['scan']>[number];

/** The engine and the state of its rules. */
export function yaraVersion({ rules }: YaraSettings): string {
  return `YARA ${digestOf(rules)}`;
}

/** Throws a `YaraRuleError`. Compiles the rules, which takes its time: one for each thread. */
export function openYaraEngine(settings: YaraSettings, windowSizes = sizes): MalwareEngine {
  const scanners = settings.rules.map((rules) => ({ ...rules, scanner: compileYaraRules(rules) }));
  const scan: Scan = (bytes, mayHoldText) => {
    const isText = mayHoldText && hasText(bytes, longText);
    return scanners.flatMap(({ scanner, isAboutText }) =>
      isAboutText && !isText ? [] : scanner.scan(bytes),
    );
  };
  const windows = new OverlappingWindows(windowSizes);
  const version = yaraVersion(settings);
  return {
    name: 'YARA',
    inspect(file, telling) {
      telling.by(version);
      return inspector(scan, windows, file, telling, settings.windowTimeLimitMs);
    },
  };
}

function inspector(
  scan: Scan,
  windows: OverlappingWindows,
  file: InspectedFile,
  telling: MalwareTelling,
  timeLimitMs: number,
): Inspector {
  const known = new Set<string>();
  let isTooSlow = false;
  return windows.over(file.sizeBytes, (bytes, start, isLast, mayHoldText) => {
    if (isTooSlow) return;
    const startedAt = performance.now();
    for (const match of scan(bytes, mayHoldText)) {
      // Once a file: the first place says where to look.
      if (known.has(match.ruleIdentifier)) continue;
      known.add(match.ruleIdentifier);
      telling.hit({ rule: match.ruleIdentifier, ...described(match), offset: start + placeOf(match) });
    }
    isTooSlow = !isLast && performance.now() - startedAt > timeLimitMs;
    const range = { start: start + bytes.length, end: Math.max(file.sizeBytes, start + bytes.length) };
    if (isTooSlow) telling.missed(`a window took longer than ${timeLimitMs / 1000} s`, range);
  });
}

/** What the author of a rule says of it. A rule that does not say how severe it is blocks. */
function described({ meta }: Match): { severity: Finding['severity']; description: string } {
  const { severity, description } = meta as Readonly<Record<string, unknown>>;
  return {
    severity: severity === 'warns' || severity === 'informs' ? severity : 'blocks',
    description: typeof description === 'string' ? description : '',
  };
}

function placeOf({ matches }: Match): number {
  return matches.reduce((first, { offset }) => Math.min(first, offset), matches[0]?.offset ?? 0);
}
