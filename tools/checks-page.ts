// docs/checks.md, drawn from the table of rules.
import { rules } from '../server/src/core/checks/index.ts';
import { markdownTable } from './markdown-table.ts';

export function checksPage(): string {
  return `# Checks

Every version is checked before anybody can read a byte of it. A check concludes with a verdict and with findings; a finding
names its rule, the file and the place, and what was found.

| verdict | when |
| --- | --- |
| \`passed\` | nothing blocks, the check came to its end, and it looked at every byte that it is about |
| \`failed\` | at least one finding of a rule that \`blocks\` |
| \`inconclusive\` | nothing blocks so far, but the check crashed, ran out of time or memory, or left bytes out; the reason says which |

All checks passed: the version is published. Anything else: it is quarantined with its findings, until a reviewer releases or
rejects it.

| severity | what follows |
| --- | --- |
| \`blocks\` | the check fails |
| \`warns\` | shown with the version; it does not fail |
| \`informs\` | advice to the publisher |

Of one rule at most 20 findings are kept; the last one then says how many more there are.

## The archive check (\`archive\`)

It reads the archive's end records and directory, then every member: local header, data, descriptor. Each member is expanded
wholly, and its size, CRC-32 and the end of its compressed data compared with what the archive states; its SHA-256 is recorded.
What the directory says must be what the local headers say, and the parts must fill the file without gap or overlap, so that
every program unpacks the same. When sizes are over a limit or members overlap, nothing is expanded. Coverage counts the bytes
of the package: \`passed\` means all of them.

The check is made in pieces on several threads (\`ASSAY_CHECK_THREADS\`), each of which may take a limited time and memory; these
and the limits that the rules name are explained in [configuration](configuration.md).

Two readings are compared: the directory, by a library, and the local headers from the first byte on, by our own walk. They must give the
same names, methods, flags, sizes, CRCs and order; extra fields that give a second name, other sizes or the target of a link are
compared with them.

Unlike a member's permissions, its file type counts: a mode in the upper half of the external attributes is judged whatever
system the archive says it was made on. Data in a folder entry, two ways to read a name, and a name that cannot be unpacked on
Linux, macOS and Windows alike are refused although some programs would accept them.

${insideFiles}

${table('archive.')}

${checksOfContent()}## The structure check (\`structure\`)

It goes by the names in the directory, after the single folder in which everything may lie (\`package/\`), and reads a few documents
for the description that people and search see: \`package.json\` (\`description\`, \`license\`), \`pyproject.toml\` (the same of
\`[project]\` and \`[tool.poetry]\`, where written as a string on one line), and the README or card (its text up to 64 KiB, and
\`license:\` of its front matter). Coverage counts the bytes of the directory.

${table('structure.')}
`;
}

function checksOfContent(): string {
  return `## The check of formats (\`formats\`)

It looks at every file as it is expanded, by what its bytes say it is. Of pickles, every protocol, it follows what a loader would do,
without doing it: which classes and functions are looked up and called. Only those that are known to be safe may be; the list
is in \`server/src/core/checks/pickle/known-globals.ts\`. What a loader would run before a pickle breaks off counts as well. A file that
is, or by its name should be, a pickle and cannot be followed to its end leaves the check inconclusive. Coverage counts the
bytes of all files, expanded; \`gaps\` names what was not looked at.

${table('pickle.')}

Arrays of joblib are followed in both ways in which their bytes can be loaded: by joblib, which takes the elements as they are, and by
pickle, which would run them. In bytes of no known format, and behind the last pickle of a file, pickles are searched for: one is
told of when it would call something that it names and that is not safe. Pickles of dill and cloudpickle carry code and are refused.

Types of numpy arrays must be described as numpy does: by a forged one it takes bytes for the addresses of objects.

Of other formats it reads the headers, and what makes a loader run or read something else. What it does not read: weights, tables and
pictures themselves, and texts inside HDF5 files that are compressed (the configuration of a Keras model is not). Documents
that loaders find by their names (\`config.json\`, \`package.json\`, \`setup.py\`, notebooks, templates …) are read up to 8 MiB; a larger one
leaves the check inconclusive. In packages of code, programs and files that are not what their names say are no offence.
Of any other JSON and YAML of models and datasets, templates, layers of Keras and tags that make objects are looked for up to the same size.

### What is not seen

- Values that make native code read or write beyond its own: sizes, offsets and indexes inside arrays, sparse matrices, trees and
  buffers of Arrow are not compared with each other. Types of numpy that hide addresses are refused.
- What lies as plain data in a pickle, such as the bytes or the base64 text of another pickle, is not run by loading it, and is not followed.
- Templates that put names together by arithmetic, out of what the program gives them, may look like any others: loaders should fill in
  templates in a sandbox, as those of transformers and llama.cpp do.
- Models of R, Lua (Torch 7), PaddlePaddle, CNTK, Core ML and other formats that no rule is about are looked at as unknown bytes: for malware, secrets and
  pickles. Text that only talks of commands, in the metadata of weights for one, is none.
- Texts in HDF5 files that are compressed or kept in pieces.

${table(...formatPrefixes)}

## The malware check (\`malware\`)

Every file, and every file inside a file, passes every engine that is set up; the check passes only where all of them have looked at
all bytes. The version of the check names the engines and the state of what they go by.

YARA is always one of them, with the rules in \`server/rules/\` and those of the folder \`ASSAY_YARA_RULES\`. Files of up to 8 MiB are looked
at as a whole, larger ones in windows of 8 MiB that overlap by 64 KiB: there, \`filesize\` and a string \`at\` a place are of the window.
Of one pattern, a window gives at most 1,000 matches. What is text in UTF-16, by its byte order mark or its zeros, is looked at twice: as it is
and as ASCII.

${table('malware.')}

## The check of secrets (\`secrets\`)

It looks at every file, text or not, for what gives access to something: private keys (PEM, OpenSSH, PGP, PuTTY), keys of clouds, tokens
of services by their form and, where they have them, check digits. What is plainly made up (\`EXAMPLE\`, \`xxxx\`, \`<your-key>\`, a row of equal or
consecutive characters), or has too little entropy, is left out. Of a secret, findings show four characters and the length.
Text in UTF-16 is looked at as well.

${table('secrets.')}

`;
}

const insideFiles = `### What lies in files

A file that holds others is opened, whatever its name: ZIP (wheels, \`.keras\`, \`.npz\`, checkpoints of torch, \`.jar\`), tar, gzip, bzip2, xz, LZMA, Zstandard,
LZ4 and zlib, in each other up to \`ASSAY_CHECK_NESTING\` deep. Inner files pass the same checks of content, and inner archives the archive
check. Paths of findings name everything on the way: \`data.whl!/model.tar.gz!/model.tar!/weights.pkl\`; offsets count from the beginning of the
innermost archive. What cannot be opened (7z, RAR, encrypted or damaged archives, what asks for too much memory or
\`ASSAY_CHECK_SCRATCH_BYTES\`) leaves the checks of content inconclusive for the bytes of that file. The limits of entries, expanded
bytes and ratio hold for each container and for everything inside the package together. Inside, names that only collide on some
systems are mentioned without blocking.

### Files that come again

What was found in a file of 4 KiB and more is remembered for 90 days. When the same bytes come under the same name in another version or package of the
same kind, they are only hashed, as long as no rule, limit, engine or release is another one; the report tells of how many bytes this is true,
of which digests and since when (\`remembered\`).`;

const formatPrefixes = [
  ...[
    'format.',
    'safetensors.',
    'gguf.',
    'npy.',
    'onnx.',
    'tensorflow.',
    'tflite.',
    'keras.',
    'parquet.',
    'arrow.',
  ],
  ...['template.', 'config.', 'notebook.', 'install.', 'executable.'],
];

function table(...prefixes: readonly string[]): string {
  const rows = Object.entries(rules)
    .filter(([id]) => prefixes.some((prefix) => id.startsWith(prefix)))
    .map(([id, { severity, meaning, remedy }]) => [`\`${id}\``, `\`${severity}\``, meaning, remedy]);
  return markdownTable(['rule', 'severity', 'meaning', 'remedy'], rows);
}
