import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { codeBlocks } from './jinja-blocks.ts';

const wholeBlocks = (template: string) => [...codeBlocks(template)].map(({ whole }) => whole);

describe('code in a template', () => {
  test('stands in its marks, and nowhere else', () => {
    assert.deepEqual(wholeBlocks('a {{ b }} c {% if d %} { e } }}'), ['{{ b }}', '{% if d %}']);
  });

  test('does not end inside a text, or in braces that it has opened', () => {
    assert.deepEqual(wholeBlocks("{{ '}}' ~ a }}{{ {'a': {}} }}"), ["{{ '}}' ~ a }}", "{{ {'a': {}} }}"]);
  });

  test('does not begin in a comment, or where it is to be shown as it is', () => {
    assert.deepEqual(wholeBlocks("{# {{ ' #}{{ a }}{%- raw %}{{ ' {% endraw -%}{{ b }}"), [
      '{{ a }}',
      '{{ b }}',
    ]);
  });

  test('without an end goes on to the end', () => {
    assert.deepEqual(wholeBlocks('{{ a ( }} {{ b }}'), ['{{ a ( }} {{ b }}']);
  });

  test('is given with its texts apart', () => {
    const [block] = codeBlocks(`{{ a['b\\'c'] ~ "d" }}`);
    assert.deepEqual(block?.texts, [`'b\\'c'`, '"d"']);
    assert.equal(block?.bare, "{{ a[''] ~ '' }}");
  });
});
