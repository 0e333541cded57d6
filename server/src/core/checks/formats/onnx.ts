// ONNX (github.com/onnx/onnx, onnx/onnx.proto): a ModelProto. Its tensors may lie in other files, which a loader looks
// for beside the model, and its operators may come from domains that need libraries of their own.
import type { InspectedFile, Inspector, Telling } from '../inspection/inspector.ts';
import { type Fields, type Message, walkMessage } from './protobuf.ts';
import { ScriptedInspector } from './scripted.ts';

const entry: Message = { name: 'external data', texts: [1, 2] };
const tensor: Message = { name: 'tensor', messages: { 13: entry } };
const sparse: Message = { name: 'sparse tensor', messages: { 1: tensor, 2: tensor } };
const graph: Message & { messages: Record<number, Message> } = { name: 'graph', messages: {} };
const attribute: Message = {
  name: 'attribute',
  messages: { 5: tensor, 6: graph, 10: tensor, 11: graph, 22: sparse, 23: sparse },
};
const node: Message = { name: 'node', texts: [4, 7], messages: { 5: attribute } };
Object.assign(graph.messages, { 1: node, 5: tensor, 15: sparse });
const functionProto: Message = { name: 'function', texts: [10], messages: { 7: node, 11: attribute } };
const training: Message = { name: 'training', messages: { 1: graph, 2: graph } };
const model: Message = { name: 'model', messages: { 7: graph, 20: training, 25: functionProto } };

/** Where every runtime knows the operators, or a function of the model itself is called. */
const knownDomains =
  /^(|ai\.onnx(\.ml|\.training|\.preview(\.training)?)?|com\.microsoft(\.\w+)*|pkg\..*|local.*)$/;
const pythonOperators = /^(PyOp|PyCustomOp\w*|PythonOp\w*|PyFunc\w*|ATen)$/;
const outside = /^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|^[a-z][a-z0-9+.-]*:|\\|\0/i;

/** `isCertain`: what is not as ONNX says is damaged, and no other format. */
export function inspectOnnx(file: InspectedFile, telling: Telling, isCertain: boolean): Inspector {
  const told = (message: Message, fields: Fields) => judge(message.name, fields, telling);
  return new ScriptedInspector(walkMessage(model, file.sizeBytes, told), (explanation, offset) => {
    if (isCertain) telling.found('onnx.damaged', explanation, offset);
  });
}

/** A version of the format, then its producer, graph or operator sets. */
export function isLikelyOnnx(head: Uint8Array): boolean {
  const [first, version = 0, next = 0] = head;
  return first === 0x08 && version >= 3 && version <= 20 && [0x12, 0x3a, 0x42].includes(next);
}

function judge(name: string, fields: Fields, telling: Telling): void {
  if (name === 'external data') {
    const isLocation = fields.get(1)?.includes('location');
    for (const location of fields.get(2) ?? [])
      if (isLocation && typeof location === 'string' && outside.test(location))
        telling.found(
          'onnx.external-data',
          `The bytes of a tensor are to be read from ${JSON.stringify(location)}.`,
        );
  }
  if (name !== 'node') return;
  const operators = fields.get(4) ?? [];
  for (const operator of operators)
    if (typeof operator === 'string' && pythonOperators.test(operator))
      telling.found('onnx.python-operator', `The operator ${operator} runs Python.`);
  for (const domain of fields.get(7) ?? [])
    if (typeof domain === 'string' && !knownDomains.test(domain))
      telling.found('onnx.custom-domain', `${operators.join()} is of the domain ${JSON.stringify(domain)}.`);
}
