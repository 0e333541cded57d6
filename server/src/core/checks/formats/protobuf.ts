// Protocol buffers (protobuf.dev, "Encoding") by their wire format: messages are walked through as they come, large
// fields passed over, and of each message that a schema names its numbers and short texts are told.
import { Damaged, type Script, see } from './scripted.ts';

/** The fields of a message that matter: other messages, and texts. Numbers are always told. */
export interface Message {
  readonly name: string;
  readonly messages?: Readonly<Record<number, Message>>;
  readonly texts?: readonly number[];
}

export type Fields = ReadonlyMap<number, readonly (string | number)[]>;
/** Told at the end of each message. */
export type Told = (message: Message, fields: Fields) => void;

const longestText = 1024 * 1024;
const deepest = 64;

export function* walkMessage(message: Message, sizeBytes: number, told: Told, depth = 0): Script {
  if (depth > deepest) throw new Damaged(`Messages lie more than ${deepest} deep in each other.`);
  const fields = new Map<number, (string | number)[]>();
  const add = (field: number, value: string | number) =>
    fields.set(field, [...(fields.get(field) ?? []), value]);
  let left = sizeBytes;
  while (left > 0) {
    const [tag, tagBytes] = yield* varint(left);
    left -= tagBytes;
    const [field, type] = [Math.floor(tag / 8), tag % 8];
    if (field === 0) throw new Damaged('A field has the number 0.');
    if (type === 0) {
      const [value, bytes] = yield* varint(left);
      left -= bytes;
      if ((fields.get(field)?.length ?? 0) < 100) add(field, value);
    } else if (type === 1 || type === 5) {
      left -= type === 1 ? 8 : 4;
      if (left < 0) throw new Damaged('A number reaches beyond its message.');
      yield { pass: type === 1 ? 8 : 4 };
    } else if (type === 2) {
      const [length, bytes] = yield* varint(left);
      left -= bytes + length;
      if (left < 0) throw new Damaged(`A field of ${length} bytes reaches beyond its message.`);
      const inner = message.messages?.[field];
      if (inner !== undefined) yield* walkMessage(inner, length, told, depth + 1);
      else if (message.texts?.includes(field) && length <= longestText)
        add(field, (yield* see(length)).toString());
      else yield { pass: length };
    } else throw new Damaged(`A field of the unknown wire type ${type}.`);
  }
  told(message, fields);
}

function* varint(left: number): Script<readonly [value: number, bytes: number]> {
  let value = 0;
  for (let i = 0; i < Math.min(10, left); i++) {
    const byte = (yield* see(1)).readUInt8();
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, i + 1];
  }
  throw new Damaged('A number does not end.');
}
