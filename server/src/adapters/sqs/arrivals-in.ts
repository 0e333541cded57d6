// What S3 tells of new objects, in the forms in which it reaches a queue:
//
//   straight          { Records: [{ eventName: "ObjectCreated:Post", eventTime, s3: { bucket, object: { key } } }] },
//                     the key encoded as in a form
//   by EventBridge    { source: "aws.s3", "detail-type": "Object Created", time, detail: { bucket, object: { key } } },
//                     the key as it is
//   by SNS            { Type: "Notification", Message: "<one of the above>" }
//   a test            { Service: "Amazon S3", Event: "s3:TestEvent" }, when notifications are set up
import type { Arrival } from '../../core/uploads/index.ts';

type Given = Readonly<Record<string, unknown>>;

/** Objects that have come into the bucket, of other events none. Null when the text is none of these forms. */
export function arrivalsIn(body: string, bucket: string): readonly Arrival[] | null {
  const given = objectIn(body);
  if (given === null) return null;
  if (given.Type === 'Notification') return arrivalsIn(String(given.Message), bucket);
  if (given.Event === 's3:TestEvent') return [];
  if (Array.isArray(given.Records)) {
    return given.Records.map(asObject)
      .filter(({ eventName }) => String(eventName).startsWith('ObjectCreated:'))
      .flatMap(({ s3, eventTime }) => arrivalOf(asObject(s3), eventTime, decoded, bucket));
  }
  if (given.source === 'aws.s3') {
    if (given['detail-type'] !== 'Object Created') return [];
    return arrivalOf(asObject(given.detail), given.time, (key) => key, bucket);
  }
  return null;
}

function arrivalOf(
  about: Given,
  time: unknown,
  keyOf: (given: string) => string,
  bucket: string,
): readonly Arrival[] {
  const { key } = asObject(about.object);
  const at = new Date(String(time));
  if (asObject(about.bucket).name !== bucket || typeof key !== 'string') return [];
  return [{ key: keyOf(key), at: Number.isNaN(at.getTime()) ? new Date(0) : at }];
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

function objectIn(text: string): Given | null {
  try {
    const given: unknown = JSON.parse(text);
    return typeof given === 'object' && given !== null ? (given as Given) : null;
  } catch {
    return null;
  }
}

function asObject(given: unknown): Given {
  return typeof given === 'object' && given !== null ? (given as Given) : {};
}
