import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Architecture,
  allowedCalls,
  deadlyCalls,
  numbersOf,
  seccompFilter,
  verdicts,
} from './seccomp-filter.ts';

const own = 4_711;
const audit = { x64: 0xc000_003e, arm64: 0xc000_00b7 };

/** The kernel's machine, as far as the filter uses it. */
function judge(filter: Buffer, call: { number: number; architecture: number; argument?: number }): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number >>> 0, 0);
  data.writeUInt32LE(call.architecture, 4);
  data.writeUInt32LE(call.argument ?? 0, 16);
  let loaded = 0;
  for (let at = 0; ; at++) {
    const step = filter.subarray(at * 8, at * 8 + 8);
    assert.equal(step.length, 8, 'it runs past its end');
    const [code, ifTrue, ifFalse, value] = [
      step.readUInt16LE(0),
      step.readUInt8(2),
      step.readUInt8(3),
      step.readUInt32LE(4),
    ];
    if (code === 0x06) return value;
    if (code === 0x20) loaded = data.readUInt32LE(value);
    else if (code === 0x15) at += loaded === value ? ifTrue : ifFalse;
    else if (code === 0x35) at += loaded >= value ? ifTrue : ifFalse;
    else assert.fail(`there is no instruction ${code}`);
  }
}

const architectures: readonly Architecture[] = ['x64', 'arm64'];

for (const architecture of architectures) {
  describe(`on ${architecture} the filter`, () => {
    const filter = seccompFilter(architecture, own);
    const verdictOf = (number: number, argument = 0) =>
      judge(filter, { number, architecture: audit[architecture], argument });

    test('allows what is listed, ends what is deadly, and refuses all other calls', () => {
      const allowed = new Set(numbersOf(allowedCalls, architecture));
      const deadly = new Set(numbersOf(deadlyCalls, architecture));
      const tgkill = architecture === 'x64' ? 234 : 131;
      for (let number = 0; number < 600; number++) {
        if (number === tgkill) continue;
        const expected = allowed.has(number)
          ? verdicts.allow
          : deadly.has(number)
            ? verdicts.endProcess
            : verdicts.refuse;
        assert.equal(verdictOf(number), expected, `call ${number}`);
      }
      assert.deepEqual(
        [...allowed].filter((number) => deadly.has(number)),
        [],
      );
    });

    test('lets a process signal itself and nobody else', () => {
      const tgkill = architecture === 'x64' ? 234 : 131;
      assert.equal(verdictOf(tgkill, own), verdicts.allow);
      for (const other of [0, 1, own + 1, 0xffff_ffff])
        assert.equal(verdictOf(tgkill, other), verdicts.refuse);
    });

    test('ends calls of another architecture', () => {
      const other = architecture === 'x64' ? audit.arm64 : audit.x64;
      for (const wrong of [other, 0x4000_0003, 0]) {
        assert.equal(judge(filter, { number: 0, architecture: wrong }), verdicts.endProcess);
      }
    });
  });
}

test('on x64 the filter ends calls of the x32 interface', () => {
  const filter = seccompFilter('x64', own);
  for (const number of [0x4000_0000, 0x4000_0001, 0x7fff_ffff, 0xffff_ffff]) {
    assert.equal(judge(filter, { number, architecture: audit.x64 }), verdicts.endProcess);
  }
});

test('neither architecture opens, connects or starts anything', () => {
  const opening = {
    x64: [2, 257, 437, 41, 42, 56, 57, 59, 435, 62],
    arm64: [56, 437, 198, 203, 220, 221, 435, 129],
  };
  for (const architecture of architectures) {
    const filter = seccompFilter(architecture, own);
    for (const number of opening[architecture]) {
      const verdict = judge(filter, { number, architecture: audit[architecture] });
      assert.notEqual(verdict, verdicts.allow, `${architecture} ${number}`);
    }
  }
});
