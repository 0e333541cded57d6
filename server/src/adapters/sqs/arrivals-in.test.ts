import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivalsIn } from './arrivals-in.ts';

const at = '2026-01-31T12:00:00.000Z';
const arrived = [{ key: 'incoming/0192 ä+', at: new Date(at) }];

const straight = (eventName: string, key: string, bucket = 'assay') => ({
  eventName,
  eventTime: at,
  s3: { bucket: { name: bucket }, object: { key, size: 7 } },
});
const bridged = (type: string, bucket = 'assay') => ({
  source: 'aws.s3',
  'detail-type': type,
  time: at,
  detail: { bucket: { name: bucket }, object: { key: 'incoming/0192 ä+', size: 7 } },
});

const encoded = 'incoming/0192+%C3%A4%2B';
const told: readonly [what: string, body: object, arrivals: readonly object[]][] = [
  ['by S3 itself, as a form', { Records: [straight('ObjectCreated:Post', encoded)] }, arrived],
  [
    'by S3 itself, as joined parts',
    { Records: [straight('ObjectCreated:CompleteMultipartUpload', encoded)] },
    arrived,
  ],
  [
    'by S3 itself, several at once',
    {
      Records: [
        straight('ObjectCreated:Put', encoded),
        straight('ObjectRemoved:Delete', encoded),
        straight('ObjectCreated:Put', encoded, 'another'),
        straight('ObjectCreated:Put', encoded),
      ],
    },
    [...arrived, ...arrived],
  ],
  ['by EventBridge, where the key is as it is', bridged('Object Created'), arrived],
  ['by EventBridge of other things', bridged('Object Deleted'), []],
  ['by EventBridge of another bucket', bridged('Object Created', 'another'), []],
  [
    'through SNS',
    { Type: 'Notification', Message: JSON.stringify({ Records: [straight('ObjectCreated:Put', encoded)] }) },
    arrived,
  ],
  ['as a test when it was set up', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'assay' }, []],
];
for (const [what, body, arrivals] of told) {
  test(`an arrival is understood when it is told ${what}`, () => {
    assert.deepEqual(arrivalsIn(JSON.stringify(body), 'assay'), arrivals);
  });
}

test('what is nothing of that kind is not taken for it', () => {
  const others = [
    '',
    'x',
    'null',
    '7',
    '[]',
    '{}',
    '{"source":"other"}',
    '{"Type":"Notification","Message":"x"}',
  ];
  for (const body of others) assert.equal(arrivalsIn(body, 'assay'), null, body);
});

test('records that say little, or nonsense, are passed over', () => {
  const records = [
    null,
    7,
    {},
    { eventName: 'ObjectCreated:Put' },
    { ...straight('ObjectCreated:Put', ''), s3: null },
  ];
  assert.deepEqual(arrivalsIn(JSON.stringify({ Records: records }), 'assay'), []);
  const badlyEncoded = { Records: [{ ...straight('ObjectCreated:Put', '%E0%A4%A'), eventTime: 'x' }] };
  assert.deepEqual(arrivalsIn(JSON.stringify(badlyEncoded), 'assay'), [{ key: '%E0%A4%A', at: new Date(0) }]);
});
