import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import semver from 'semver';
import { orderKey, parseRange, requireLabel } from './version-label.ts';

const labels = [
  ...['0.0.0', '0.0.1', '0.0.2', '0.1.0', '0.1.9', '0.1.10', '0.2.0', '1.0.0', '1.2.0', '1.2.3', '1.2.10'],
  ...['1.10.0', '2.0.0', '2.1.0', '10.0.0', '9.9.9', '123456.7.8', '1.0.0-alpha', '1.0.0-alpha.1'],
  ...['1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0-alpha-b'],
  ...['1.0.0-alphab', '1.0.0-0', '1.0.0-0.3.7', '1.0.0-x.7.z.92', '2.0.0-rc.1', '1.3.0-pre', '1.0.0-A'],
];

describe('order keys', () => {
  test('sort every pair of labels as semantic versioning does', () => {
    for (const a of labels) {
      for (const b of labels) {
        const byKey = Math.sign(Buffer.compare(Buffer.from(orderKey(a)), Buffer.from(orderKey(b))));
        assert.equal(byKey, semver.compare(a, b), `${a} and ${b}`);
      }
    }
  });
});

describe('labels', () => {
  test('a leading v is allowed and dropped', () => {
    assert.equal(requireLabel('v1.2.3-rc.1'), '1.2.3-rc.1');
  });

  test('what is not a semantic version is refused', () => {
    const bad = [
      '',
      'v',
      '1',
      '1.2',
      '01.2.3',
      '1.2.3.4',
      '1.2.3-',
      '1.2.3-01',
      '1.2.3+b',
      'vv1.2.3',
      ' 1.2.3',
      '1.2.3\n',
    ];
    for (const label of [...bad, `1.2.3-${'a'.repeat(100)}`, '1.2.99999999999999999']) {
      assert.throws(() => requireLabel(label), { code: 'label-invalid' }, JSON.stringify(label));
    }
  });
});

describe('ranges', () => {
  const ranges = [
    '1.2.3',
    '~1.2.0',
    '^1.2.0',
    '^0.1.0',
    '^0.0.1',
    '~0.1.9',
    'v1.0.0-beta',
    '^10.0.0',
    '^v1.2.0',
  ];
  const found = (range: string) => {
    const { from, to, preReleases } = parseRange(range);
    return labels.filter(
      (label) =>
        orderKey(label) >= from &&
        orderKey(label) <= to &&
        (preReleases || semver.prerelease(label) === null),
    );
  };

  for (const range of ranges) {
    test(`${range} finds what npm's semver finds`, () => {
      assert.deepEqual(
        found(range),
        labels.filter((label) => semver.satisfies(label, range)),
      );
    });
  }

  test('1.2.3-2.1.0 finds both ends and what lies between', () => {
    assert.deepEqual(
      found('1.2.3-2.1.0'),
      labels.filter((label) => semver.satisfies(label, '>=1.2.3 <=2.1.0')),
    );
  });

  test('anything else is refused with the forms that are understood', () => {
    for (const range of ['', '*', '1.x', '>=1.0.0', '1.2', '~1', '1.2.3-2', '^', '~~1.2.3']) {
      if (range === '1.2.3-2') continue; // a label of its own: a pre-release
      assert.throws(() => parseRange(range), { code: 'version-range-invalid' }, range);
    }
  });
});
