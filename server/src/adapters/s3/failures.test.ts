// A server that answers as it is told: what real ones do on bad days.
import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { incomingKey } from '../../core/content/index.ts';
import type { FoundObject } from './found-object.ts';
import { s3Client } from './s3-client.ts';
import { S3Objects } from './s3-objects.ts';

type Answer = (response: ServerResponse, range: string | undefined) => void;

const key = incomingKey('u-1');
const bytes = Buffer.from('0123456789');
const found: FoundObject = {
  bucket: 'b',
  key: 'incoming/u-1',
  sizeBytes: 10,
  etag: 'e',
  versionId: null,
  modifiedAt: new Date('2026-01-31T12:00:00Z'),
  sha256: null,
};

describe('failures of S3', () => {
  let server: Server;
  let objects: S3Objects;
  let answers: Answer[] = [];
  let requests = 0;

  beforeEach(async () => {
    [answers, requests] = [[], 0];
    server = createServer((request, response) => {
      request.resume();
      const answer = answers[Math.min(requests++, answers.length - 1)];
      answer?.(response, request.headers.range);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    objects = objectsAt((server.address() as AddressInfo).port);
  });
  afterEach(() => {
    objects.client.destroy();
    server.closeAllConnections();
    server.close();
  });

  const fetching = () => objects.fetch(found, 0, 10);

  const meanings: [status: number, code: string, failure: 'missing' | 'permanent' | 'transient'][] = [
    [403, 'AccessDenied', 'permanent'],
    [403, 'InvalidAccessKeyId', 'permanent'],
    [403, 'SignatureDoesNotMatch', 'permanent'],
    [403, 'SomethingNew', 'permanent'],
    [404, 'NoSuchBucket', 'permanent'],
    [400, 'ExpiredToken', 'transient'],
    [400, 'SomethingNew', 'transient'],
    [429, 'TooManyRequests', 'transient'],
    [500, 'InternalError', 'transient'],
    [503, 'SlowDown', 'transient'],
    [503, 'ServiceUnavailable', 'transient'],
  ];
  for (const [status, code, failure] of meanings) {
    test(`${status} ${code} is ${failure}`, async () => {
      answers = [refusal(status, code)];
      await assert.rejects(fetching(), { name: 'StorageError', failure });
      await assert.rejects(objects.put(key, 'x'), { name: 'StorageError', failure });
    });
  }

  test('an object is missing only when its bucket has answered', async () => {
    answers = [refusal(404, 'NoSuchKey'), ok];
    assert.equal(await objects.find(key), null);
    [answers, requests] = [[refusal(404, 'NoSuchKey'), refusal(404, 'NoSuchBucket')], 0];
    await assert.rejects(objects.find(key), { failure: 'permanent', message: /bucket b is not there/ });
    [answers, requests] = [[refusal(404, 'NoSuchKey'), refusal(503, 'SlowDown')], 0];
    await assert.rejects(objects.find(key), { failure: 'transient' });
  });

  test('what is answered wrongly once is asked for again, and not for ever', async () => {
    answers = [refusal(503, 'SlowDown'), whole];
    assert.deepEqual(await fetching(), bytes);
    [answers, requests] = [[refusal(503, 'SlowDown')], 0];
    await assert.rejects(fetching(), { failure: 'transient' });
    assert.equal(requests, 2, 'as often as the client is told to');
  });

  test('a body that breaks off is gone on with where it broke off', async () => {
    const ranges: (string | undefined)[] = [];
    const broken: Answer = (response, range) => {
      ranges.push(range);
      head(response, 10);
      response.write(bytes.subarray(0, 4), () => response.destroy());
    };
    const rest: Answer = (response, range) => {
      ranges.push(range);
      head(response, 6);
      response.end(bytes.subarray(4));
    };
    answers = [broken, rest];
    assert.deepEqual(await fetching(), bytes);
    assert.deepEqual(ranges, ['bytes=0-9', 'bytes=4-9']);
  });

  test('a body that always breaks off is a failure that may pass', async () => {
    answers = [
      (response) => {
        head(response, 10);
        response.write('x', () => response.destroy());
      },
    ];
    await assert.rejects(fetching(), { name: 'StorageError', failure: 'transient' });
  });

  test('an object that is another one by its ETag or its time is not read', async () => {
    for (const other of [{ etag: '"f"' }, { 'last-modified': 'Sat, 31 Jan 2026 12:00:01 GMT' }]) {
      answers = [
        (response) => {
          head(response, 10, other);
          response.end(bytes);
        },
      ];
      await assert.rejects(fetching(), { failure: 'transient', message: /has changed/ });
    }
    answers = [refusal(412, 'PreconditionFailed')];
    await assert.rejects(fetching(), { failure: 'transient', message: /has changed/ });
  });

  test('a server that is not there, or does not answer, is a failure that may pass', async () => {
    answers = [() => {}];
    await assert.rejects(fetching(), { name: 'StorageError', failure: 'transient' });
    const nobody = objectsAt(1);
    await assert.rejects(nobody.fetch(found, 0, 10), { name: 'StorageError', failure: 'transient' });
    nobody.client.destroy();
  });
});

function objectsAt(port: number): S3Objects {
  const client = s3Client({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 's' }),
    requestHandler: { connectionTimeout: 300, requestTimeout: 300, throwOnRequestTimeout: true },
    maxAttempts: 2,
    retryMode: 'standard',
    pathStyle: true,
    checksums: 'none',
  });
  const buckets = {
    incoming: 'b',
    packages: 'b',
    quarantine: 'b',
    processed: 'b',
    validators: 'b',
    logs: 'b',
    backups: 'b',
  };
  const sizes = { copyAtOnceBytes: 1, copyPartBytes: 1, streamPartBytes: 1 };
  return new S3Objects(client, { buckets, encryption: { by: 'none' }, checksums: 'none', ...sizes });
}

function refusal(status: number, code: string): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
  };
}

function head(response: ServerResponse, length: number, other: Record<string, string> = {}): void {
  const modified = found.modifiedAt.toUTCString();
  response.writeHead(206, { 'content-length': length, etag: '"e"', 'last-modified': modified, ...other });
}

function ok(response: ServerResponse): void {
  response.writeHead(200).end();
}

function whole(response: ServerResponse): void {
  head(response, 10);
  response.end(bytes);
}
