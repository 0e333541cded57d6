import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isTemplate, reachInTemplate } from './jinja.ts';

describe('a template reaches out by', () => {
  for (const template of [
    "{{ ''.__class__.__mro__[1] }}",
    "{{ messages | attr('x') }}",
    "{{ ''['__cla' 'ss__'] }}",
    "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "{{ ''['__' + 'class' + '__'] }}",
    "{% set b = 'ss__' %}{{ x[a ~ b] }}",
    "{{ '%cclass' % 95 }}",
    '{% for x in cycler.next %}{% endfor %}',
    "{% include '/etc/passwd' %}",
    "{%- import 'a' as a %}",
    '{{ self._TemplateReference }}',
    '{{ config.items() }}',
    '{{ lipsum }}',
    '{{ a.gi_frame.f_globals }}',
    '{{ not.closed.__class__',
  ])
    test(template, () => assert.notEqual(reachInTemplate(template), null));
});

describe('a template is left alone with', () => {
  for (const template of [
    "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m.content | trim }}{% endfor %}",
    '{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}',
    '__class__ outside of all code, and os.system()',
    "{{ 'a text about the class __name of things' }}",
    "{{ '__start__' + bos_token + 'a_b__c' }}",
    "{{ raise_exception('Only user and assistant roles are supported') }}",
  ])
    test(template, () => assert.equal(reachInTemplate(template), null));
});

test('a template is known by its marks', () => {
  assert.deepEqual(['{{ x }}', '{% x %}', '{ x }', ''].map(isTemplate), [true, true, false, false]);
});
