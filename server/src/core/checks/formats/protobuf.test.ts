import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { join, message, varint } from '../../../../test/corpus/bytes.ts';
import { type Message, walkMessage } from './protobuf.ts';
import { ScriptedInspector } from './scripted.ts';

const inner: Message = { name: 'inner', texts: [2] };
const outer: Message & { messages: Record<number, Message> } = { name: 'outer', messages: { 1: inner } };
outer.messages[3] = outer;

function walk(bytes: Buffer, pieceBytes = 3) {
  const told: [string, Record<string, readonly (string | number)[]>][] = [];
  let fault: string | null = null;
  const script = walkMessage(outer, bytes.length, ({ name }, fields) =>
    told.push([name, Object.fromEntries(fields)]),
  );
  const inspector = new ScriptedInspector(script, (explanation) => {
    fault = explanation;
  });
  for (let at = 0; at < bytes.length; at += pieceBytes) inspector.push(bytes.subarray(at, at + pieceBytes));
  inspector.end();
  return { told, fault };
}

test('messages are told from the inside out, with their numbers and the texts that are asked for', () => {
  const bytes = message(
    [9, 300],
    [1, message([2, 'named'], [4, 'passed over'], [5, 1])],
    [3, message([9, 1])],
  );
  assert.deepEqual(walk(bytes), {
    told: [
      ['inner', { 2: ['named'], 5: [1] }],
      ['outer', { 9: [1] }],
      ['outer', { 9: [300] }],
    ],
    fault: null,
  });
});

describe('it ends at', () => {
  const deep = Array.from({ length: 70 }).reduce<Buffer>((bytes) => message([3, bytes]), Buffer.alloc(0));
  const broken: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
    'a field that reaches beyond its message': [join(varint(1 * 8 + 2), varint(9), 'short'), /beyond/],
    'a number that does not end': [Buffer.alloc(11, 0xff), /does not end/],
    'a number of fixed size that is cut off': [Buffer.of(5 * 8 + 1, 0, 0), /beyond/],
    'the field 0': [Buffer.of(0, 0), /number 0/],
    'a group, which nobody writes any more': [Buffer.of(8 + 3), /wire type 3/],
    'messages that lie too deep': [deep, /64 deep/],
  };
  for (const [what, [bytes, fault]] of Object.entries(broken))
    test(what, () => assert.match(walk(bytes).fault ?? '', fault));
});
