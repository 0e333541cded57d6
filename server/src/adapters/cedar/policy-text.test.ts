import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newCedar } from './cedar-instance.ts';
import { readPolicies } from './policy-text.ts';
import { builtInText, schemaText } from './shipped-policies.ts';

const cedar = newCedar();

test('the built-in policies fit the schema', () => {
  const checked = cedar.validate({ schema: schemaText, policies: { staticPolicies: builtInText } });
  assert.deepEqual(checked, {
    type: 'success',
    validationErrors: [],
    validationWarnings: [],
    otherWarnings: [],
  });
});

const content = ['download', 'readFile'];
const heads: Readonly<Record<string, readonly string[]>> = {
  'principal, action, resource': ['view', ...content],
  'principal, action, resource is Package': ['view'],
  'principal, action, resource is Version': content,
  'principal, action, resource is Version in Package::"p"': content,
  'principal, action, resource in Package::"p"': ['view', ...content],
  'principal == User::"u", action == Action::"view", resource': ['view'],
  'principal in Group::"g", action == Action::"download", resource': ['download'],
  'principal, action in Action::"content", resource': content,
  'principal, action in Action::"readFile", resource': ['readFile'],
  'principal, action in [Action::"view", Action::"readFile"], resource': ['view', 'readFile'],
};

for (const [head, expected] of Object.entries(heads)) {
  test(`a policy over (${head}) is about ${expected.join(', ')}, and Cedar knows of no other action`, () => {
    const text = `@id("x") forbid (${head});`;
    const { policies, problems } = readPolicies(cedar, text, new Set());
    assert.deepEqual(problems, []);
    assert.deepEqual([...(policies[0]?.actions ?? [])], expected);
    const known = cedar.getValidRequestEnvsPolicy(text, schemaText);
    const actions = known.type === 'success' ? known.actions : assert.fail('no environments');
    const told = new Set(expected.map((action) => `Action::"${action}"`));
    assert.deepEqual(
      actions.filter((action) => !told.has(action)),
      [],
    );
  });
}
