// The opcodes of pickle, protocols 0 to 5 (documented in Python's Lib/pickletools.py), and how many bytes of
// argument each carries in the stream.

/**
 * The argument that follows an opcode:
 * a number: so many bytes; `line`: up to a newline; `lines`: two of them; `counted-N`: a little-endian length of N
 * bytes, then so many bytes.
 */
export type Argument = number | 'line' | 'lines' | 'counted-1' | 'counted-4' | 'counted-8';

export interface Opcode {
  readonly name: string;
  readonly argument: Argument;
}

const table: readonly (readonly [code: number | string, name: string, argument: Argument])[] = [
  ['(', 'MARK', 0],
  ['.', 'STOP', 0],
  ['0', 'POP', 0],
  ['1', 'POP_MARK', 0],
  ['2', 'DUP', 0],
  ['F', 'FLOAT', 'line'],
  ['I', 'INT', 'line'],
  ['J', 'BININT', 4],
  ['K', 'BININT1', 1],
  ['L', 'LONG', 'line'],
  ['M', 'BININT2', 2],
  ['N', 'NONE', 0],
  ['P', 'PERSID', 'line'],
  ['Q', 'BINPERSID', 0],
  ['R', 'REDUCE', 0],
  ['S', 'STRING', 'line'],
  ['T', 'BINSTRING', 'counted-4'],
  ['U', 'SHORT_BINSTRING', 'counted-1'],
  ['V', 'UNICODE', 'line'],
  ['X', 'BINUNICODE', 'counted-4'],
  ['a', 'APPEND', 0],
  ['b', 'BUILD', 0],
  ['c', 'GLOBAL', 'lines'],
  ['d', 'DICT', 0],
  ['}', 'EMPTY_DICT', 0],
  ['e', 'APPENDS', 0],
  ['g', 'GET', 'line'],
  ['h', 'BINGET', 1],
  ['i', 'INST', 'lines'],
  ['j', 'LONG_BINGET', 4],
  ['l', 'LIST', 0],
  [']', 'EMPTY_LIST', 0],
  ['o', 'OBJ', 0],
  ['p', 'PUT', 'line'],
  ['q', 'BINPUT', 1],
  ['r', 'LONG_BINPUT', 4],
  ['s', 'SETITEM', 0],
  ['t', 'TUPLE', 0],
  [')', 'EMPTY_TUPLE', 0],
  ['u', 'SETITEMS', 0],
  ['G', 'BINFLOAT', 8],
  ['B', 'BINBYTES', 'counted-4'],
  ['C', 'SHORT_BINBYTES', 'counted-1'],
  [0x80, 'PROTO', 1],
  [0x81, 'NEWOBJ', 0],
  [0x82, 'EXT1', 1],
  [0x83, 'EXT2', 2],
  [0x84, 'EXT4', 4],
  [0x85, 'TUPLE1', 0],
  [0x86, 'TUPLE2', 0],
  [0x87, 'TUPLE3', 0],
  [0x88, 'NEWTRUE', 0],
  [0x89, 'NEWFALSE', 0],
  [0x8a, 'LONG1', 'counted-1'],
  [0x8b, 'LONG4', 'counted-4'],
  [0x8c, 'SHORT_BINUNICODE', 'counted-1'],
  [0x8d, 'BINUNICODE8', 'counted-8'],
  [0x8e, 'BINBYTES8', 'counted-8'],
  [0x8f, 'EMPTY_SET', 0],
  [0x90, 'ADDITEMS', 0],
  [0x91, 'FROZENSET', 0],
  [0x92, 'NEWOBJ_EX', 0],
  [0x93, 'STACK_GLOBAL', 0],
  [0x94, 'MEMOIZE', 0],
  [0x95, 'FRAME', 8],
  [0x96, 'BYTEARRAY8', 'counted-8'],
  [0x97, 'NEXT_BUFFER', 0],
  [0x98, 'READONLY_BUFFER', 0],
];

const codeOf = (code: number | string) => (typeof code === 'string' ? code.charCodeAt(0) : code);

/** By code; undefined where pickle has no opcode. */
export const opcodes: readonly (Opcode | undefined)[] = Array.from({ length: 256 }, (_, code) => {
  const found = table.find(([given]) => codeOf(given) === code);
  return found && { name: found[1], argument: found[2] };
});
