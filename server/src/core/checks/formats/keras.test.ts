import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hdf5 } from '../../../../test/corpus/bytes.ts';
import { lookAtFile, whatIsTold } from '../../../../test/support/look-at-file.ts';
import type { Json } from './json.ts';
import { inspectKerasConfig } from './keras.ts';

const told = (config: Json) => whatIsTold((telling) => inspectKerasConfig(config, telling));

test('a configuration is judged layer by layer', () => {
  const cases: readonly (readonly [Json, readonly string[]])[] = [
    [{ class_name: 'Dense', module: 'keras.layers', config: { name: 'd' } }, []],
    [
      { class_name: 'Functional', config: { layers: [{ class_name: 'Lambda', config: {} }] } },
      ['keras.lambda'],
    ],
    [{ class_name: '__lambda__', config: { value: 'code' } }, ['keras.lambda']],
    [{ class_name: 'Popen', module: 'subprocess' }, ['keras.foreign-module']],
    [{ class_name: 'get_file', module: 'keras.utils' }, ['keras.foreign-module']],
    [{ class_name: 'Mine', registered_name: 'own>Mine' }, ['keras.custom-object']],
    [{ class_name: 'StringLookup', config: { vocabulary: '/etc/passwd' } }, ['keras.reads-file']],
    [{ class_name: 'StringLookup', config: { vocabulary: ['a', 'b'] } }, []],
    ['no object', []],
  ];
  for (const [config, rules] of cases) assert.deepEqual(told(config), rules, JSON.stringify(config));
});

describe('in HDF5, wherever a piece ends, once, is found', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    '{"class_name": "Lambda"}': ['keras.lambda'],
    '{"module" : "os", "class_name": "x"}': ['keras.foreign-module'],
    '{"module": "keras.layers", "class_name": "Dense"}': [],
    '{"class_name": "\\u004cambda"}': ['keras.hidden-text'],
  };
  for (const [text, rules] of Object.entries(cases))
    test(text, async () => {
      for (const pieceBytes of [64, 611, 5_000])
        assert.deepEqual((await lookAtFile('m.h5', hdf5(text), { pieceBytes })).rules, rules);
    });
});
