import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { MalwareEngine, MalwareHit } from '../../core/checks/index.ts';
import { openYaraEngine, yaraVersion } from './yara-engine.ts';
import { readYaraRules, YaraRuleError } from './yara-rules.ts';

const scratch = mkdtempSync(join(tmpdir(), 'assay-yara-'));
after(() => rmSync(scratch, { recursive: true }));

let folders = 0;

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = join(scratch, String(folders++));
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function engineOf(files: Readonly<Record<string, string>>, windowTimeLimitMs = 60_000): MalwareEngine {
  const rules = [readYaraRules(folderOf(files))];
  return openYaraEngine({ rules, windowTimeLimitMs }, { windowBytes: 1_000, overlapBytes: 100 });
}

function look(engine: MalwareEngine, content: Buffer, pieceBytes = content.length) {
  const hits: MalwareHit[] = [];
  const missed: { reason: string; start?: number; end?: number }[] = [];
  const by: string[] = [];
  const inspector = engine.inspect(
    { name: 'f', sizeBytes: content.length, head: content.subarray(0, 512) },
    {
      hit: (hit) => hits.push(hit),
      missed: (reason, range) => missed.push({ reason, ...range }),
      by: (version) => by.push(version),
    },
  );
  for (let at = 0; at < content.length; at += pieceBytes)
    inspector.push(content.subarray(at, at + pieceBytes));
  inspector.end();
  return { hits, missed, by };
}

const needle =
  'rule needle { meta: severity = "warns" description = "A needle." strings: $a = "needle" condition: $a }';

describe('YARA', () => {
  test('finds what lies anywhere, in pieces of any size, and says where', () => {
    const engine = engineOf({ 'a.yar': needle });
    for (const at of [0, 500, 895, 900, 903, 996, 1_000, 1_798, 2_494]) {
      const content = Buffer.alloc(2_500, 'x');
      content.write('needle', at);
      for (const pieceBytes of [1, 7, 900, 2_500]) {
        assert.deepEqual(look(engine, content, pieceBytes).hits, [
          { rule: 'needle', severity: 'warns', description: 'A needle.', offset: at },
        ]);
      }
    }
  });

  test('tells a rule once a file, by its first place', () => {
    const engine = engineOf({ 'a.yar': needle });
    const content = Buffer.alloc(5_000, 'needle ');
    assert.deepEqual(
      look(engine, content).hits.map(({ offset }) => offset),
      [0],
    );
  });

  test('takes a rule that does not say how severe it is for one that blocks', () => {
    const severities = ['', 'meta: severity = "low"', 'meta: severity = 3', 'meta: severity = "informs"'].map(
      (meta) => {
        const engine = engineOf({ 'a.yara': `rule r { ${meta} strings: $a = "needle" condition: $a }` });
        return look(engine, Buffer.from('a needle')).hits[0]?.severity;
      },
    );
    assert.deepEqual(severities, ['blocks', 'blocks', 'blocks', 'informs']);
  });

  test('lets rules refer to those of other files', () => {
    const engine = engineOf({
      'a.yar': `private ${needle}`,
      'b.yar': 'rule both { strings: $b = "thread" condition: needle and $b }',
    });
    assert.deepEqual(
      look(engine, Buffer.from('needle and thread')).hits.map(({ rule }) => rule),
      ['both'],
    );
  });

  test('refuses a rule that does not compile, with its file and line', () => {
    const folder = folderOf({
      'a.yar': needle,
      'b.yar': 'rule good { condition: true }\n\nrule bad {\n condition: $x }',
    });
    assert.throws(
      () => openYaraEngine({ rules: [readYaraRules(folder)], windowTimeLimitMs: 1 }),
      (error: Error) =>
        error instanceof YaraRuleError && error.message.includes(`${join(folder, 'b.yar')}:4:13: `),
    );
  });

  test('refuses two rules of one name, files that include others, and a folder without rules', () => {
    const open = (files: Readonly<Record<string, string>>) => () => engineOf(files);
    assert.throws(open({ 'a.yar': needle, 'b.yar': needle }), YaraRuleError);
    assert.throws(open({ 'a.yar': 'include "/etc/passwd"' }), YaraRuleError);
    assert.throws(open({ 'a.txt': needle }), YaraRuleError);
    assert.throws(() => readYaraRules(join(scratch, 'nowhere')), YaraRuleError);
  });

  test('says of a file that takes too long what it has not looked at', () => {
    const slow = 'rule slow { condition: for all i in (0..filesize * 20000) : (i >= 0) }';
    const { hits, missed } = look(engineOf({ 'a.yar': `${slow}\n${needle}` }, 1), Buffer.alloc(5_000, 'x'));
    assert.deepEqual(
      hits.map(({ rule }) => rule),
      ['slow'],
    );
    assert.deepEqual(
      missed.map(({ start, end }) => ({ start, end })),
      [{ start: 1_000, end: 5_000 }],
    );
  });

  test('has another version when a rule changes, and the same when the folder is another', () => {
    const version = (text: string) =>
      yaraVersion({ rules: [readYaraRules(folderOf({ 'a.yar': text }))], windowTimeLimitMs: 1 });
    assert.equal(version(needle), version(needle));
    assert.notEqual(version(needle), version(`${needle}\n`));
    assert.deepEqual(look(engineOf({ 'a.yar': needle }), Buffer.from('x')).by, [version(needle)]);
  });

  test('leaves rules about text out only where there is none', () => {
    const rules = [readYaraRules(folderOf({ 'a.yar': needle }), true)];
    const engine = openYaraEngine({ rules, windowTimeLimitMs: 60_000 });
    const among = (text: string) =>
      look(engine, Buffer.concat([Buffer.alloc(99), Buffer.from(text), Buffer.alloc(99)]));
    assert.equal(among('there is a needle in it').hits.length, 1);
    assert.equal(among('needle').hits.length, 0);
  });
});
