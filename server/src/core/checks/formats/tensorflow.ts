// TensorFlow's SavedModel and GraphDef (tensorflow/core/protobuf/saved_model.proto, framework/graph.proto): graphs whose
// nodes are operators by name. Some of them read and write files, or run Python, whenever the graph is run.
import type { InspectedFile, Inspector, Telling } from '../inspection/inspector.ts';
import { type Fields, type Message, walkMessage } from './protobuf.ts';
import { ScriptedInspector } from './scripted.ts';

const node: Message = { name: 'node', texts: [1, 2] };
const functionDef: Message = { name: 'function', messages: { 3: node } };
const library: Message = { name: 'library', messages: { 1: functionDef } };
const graph: Message = { name: 'graph', messages: { 1: node, 2: library } };
const metaGraph: Message = { name: 'meta graph', messages: { 2: graph } };
const savedModel: Message = { name: 'saved model', messages: { 2: metaGraph } };

/** The last: beside the checkpoints of TensorFlow 1. */
const forms = { 'saved-model': savedModel, graph, 'meta-graph': metaGraph } as const;

/** Operators that a graph of a model has no honest use for, whatever restores its variables aside. */
const unsafe = new Set(
  'ReadFile WriteFile MatchingFiles PyFunc PyFuncStateless EagerPyFunc PrintV2ToFile Save SaveSlices FixedLengthRecordReader FixedLengthRecordReaderV2 WholeFileReader WholeFileReaderV2 TextLineReader TextLineReaderV2 TFRecordReader TFRecordReaderV2 LoadLibrary LoadDataset SaveDataset SaveDatasetV2 SnapshotDataset SnapshotDatasetV2 DebugIdentity DebugIdentityV2 DebugIdentityV3 RpcCall RpcClient RpcServer ImmutableConst CopyFile DeleteFile RenameFile'.split(
    ' ',
  ),
);
const shells = /shell|exec(ute)?_?(command|process)|system_?call/i;

/** `isCertain`: what is not as its format says is damaged, and no other kind of message. */
export function inspectTensorflow(
  file: InspectedFile,
  telling: Telling,
  form: keyof typeof forms,
  isCertain: boolean,
): Inspector {
  const told = (message: Message, fields: Fields) => judge(message.name, fields, telling);
  const script = walkMessage(forms[form], file.sizeBytes, told);
  return new ScriptedInspector(script, (explanation, offset) => {
    if (isCertain) telling.found('tensorflow.damaged', explanation, offset);
    else if (file.name.endsWith('.pb')) telling.missed(`It is no graph: ${explanation}`);
  });
}

/** Schema version 1, then a meta graph. */
export function isLikelySavedModel(head: Uint8Array): boolean {
  return head[0] === 0x08 && head[1] === 0x01 && head[2] === 0x12;
}

function judge(name: string, fields: Fields, telling: Telling): void {
  if (name !== 'node') return;
  for (const operator of fields.get(2) ?? []) {
    if (typeof operator !== 'string' || !(unsafe.has(operator) || shells.test(operator))) continue;
    telling.found(
      'tensorflow.unsafe-operator',
      `Node ${JSON.stringify(fields.get(1)?.[0] ?? '')} is a ${operator}.`,
    );
  }
}

/** A graph as text (`.pbtxt`). An escape in an operator's name has no other use than to hide it. */
export function inspectGraphText(text: string, telling: Telling): void {
  for (const [, double, single] of text.matchAll(/\bop\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/g)) {
    const operator = double ?? single ?? '';
    if (unsafe.has(operator) || shells.test(operator) || operator.includes('\\'))
      telling.found('tensorflow.unsafe-operator', `A node is a ${operator.slice(0, 100)}.`);
  }
}
