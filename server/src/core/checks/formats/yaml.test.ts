import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspectYaml } from './yaml.ts';

function rulesIn(text: string): string[] {
  const rules: string[] = [];
  inspectYaml(text, { found: (rule) => rules.push(rule), missed: () => {}, by: () => {} });
  return rules;
}

describe('YAML is refused', () => {
  for (const text of [
    'a: !!python/object/apply:os.system [id]',
    'a: !!python/object/new:subprocess.Popen {}',
    'a: !!python/name:os.system',
    'a: !!python/module:os',
    'a: !<tag:yaml.org,2002:python/name:os.system> x',
    '%TAG !p! tag:yaml.org,2002:python/',
    '_target_: subprocess.run',
    '{"_target_": "builtins.eval"}',
    "chat_template: '{{ lipsum.__globals__ }}'",
  ])
    test(text, () => assert.equal(rulesIn(text).length, 1));
});

describe('YAML is left alone', () => {
  for (const text of [
    'a: !!python/tuple [1]',
    'a: !!python/object:argparse.Namespace {b: 1}',
    '_target_: torch.nn.Linear',
    'run: echo {{ github.token }}',
    'prompt: "{{ config.name }}"',
  ])
    test(text, () => assert.deepEqual(rulesIn(text), []));
});
