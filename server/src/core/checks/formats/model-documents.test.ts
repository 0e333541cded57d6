import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lookAtFile } from '../../../../test/support/look-at-file.ts';

describe('a configuration', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    '{"model_type": "bert", "hidden_size": 8}': [],
    '{"auto_map": {"AutoModel": "modeling.Model"}}': ['config.remote-code'],
    '{"auto_map": {"AutoModel": "somebody/repository--modeling.Model"}}': ['config.foreign-code'],
    '{"auto_map": {"AutoModel": ["https://example.org/m.py", null]}}': ['config.foreign-code'],
    '{"inner": [{"custom_pipelines": {"own": {"impl": "pipeline.Own"}}}]}': ['config.remote-code'],
    '{"trust_remote_code": true}': ['config.remote-code'],
    '{"trust_remote_code": false}': [],
    '{"chat_template": [{"name": "default", "template": "{{ self._x }}"}]}': ['template.reaches-out'],
    '{"any": "{{ lipsum.x }}"}': ['template.reaches-out'],
    '{"class_name": "Lambda", "config": {}}': ['keras.lambda'],
  };
  for (const [text, rules] of Object.entries(cases))
    test(text, async () => {
      for (const name of ['config.json', 'tokenizer_config.json'])
        assert.deepEqual((await lookAtFile(name, text)).rules, rules, name);
    });
});

test('one that cannot be read was not looked at, but in packages of code, where others may have that name', async () => {
  const broken = '{"auto_map": ';
  assert.match((await lookAtFile('config.json', broken)).missed ?? '', /cannot be read as JSON/);
  assert.equal((await lookAtFile('config.json', broken, { kind: 'code' })).missed, null);
});

test('a chat template by itself is judged by its name', async () => {
  const reaching = "{{ ''.__class__ }}";
  assert.deepEqual((await lookAtFile('chat_template.jinja', reaching, { kind: 'code' })).rules, [
    'template.reaches-out',
  ]);
  assert.deepEqual((await lookAtFile('page.jinja', reaching, { kind: 'code' })).rules, []);
  assert.deepEqual((await lookAtFile('page.jinja', reaching)).rules, ['template.reaches-out']);
});
