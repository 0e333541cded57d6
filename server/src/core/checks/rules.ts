// Every rule of every check, in one table; `npm run docs` draws `docs/checks.md` from it.
import type { Severity } from './check.ts';
import { formatRules } from './formats/format-rules.ts';

/** Raised whenever a rule of the check changes; stored with every verdict. */
export const rulesVersions = {
  archive: '3',
  structure: '1',
  formats: '4',
  malware: '2',
  secrets: '3',
} as const;

/** The version of a check's rules, and of those that it goes by besides: `1 (YARA 3f2a…)`. */
export function rulesWith(version: string, others: readonly string[]): string {
  return others.length === 0 ? version : `${version} (${others.join(', ')})`;
}

interface Rule {
  readonly severity: Severity;
  /** What was found, and why it matters. */
  readonly meaning: string;
  /** What the publisher can do about it. */
  readonly remedy: string;
}

export const rules = {
  // The archive as a whole
  'archive.not-a-zip': {
    severity: 'blocks',
    meaning: 'The file is not a ZIP archive; the explanation names what it looks like.',
    remedy: 'Pack the files as a ZIP archive and publish that.',
  },
  'archive.damaged': {
    severity: 'blocks',
    meaning: 'A structure of the archive, or the compressed data of a member, cannot be read.',
    remedy: 'Make the archive again; check with `unzip -t` before publishing.',
  },
  'archive.unsupported': {
    severity: 'blocks',
    meaning: 'The archive uses a feature of ZIP that is not accepted, such as several volumes.',
    remedy: 'Make the archive again as a plain ZIP in one file.',
  },
  'archive.prefixed-data': {
    severity: 'blocks',
    meaning: 'There are bytes before the first member: another file that the archive hides behind.',
    remedy: 'Remove what stands before the archive; self-extracting archives are not accepted.',
  },
  'archive.trailing-data': {
    severity: 'blocks',
    meaning: 'There are bytes after the end of the archive, which most programs never look at.',
    remedy: 'Remove what stands after the archive.',
  },
  'archive.hidden-data': {
    severity: 'blocks',
    meaning: 'There are bytes between or inside members that belong to no file.',
    remedy: 'Make the archive again in one go, instead of changing it in place.',
  },
  'archive.overlap': {
    severity: 'blocks',
    meaning: 'Two members, or a member and the directory, share bytes: a known form of decompression bomb.',
    remedy: 'Make the archive again with a common program.',
  },
  'archive.ambiguous': {
    severity: 'blocks',
    meaning:
      'Two records of the archive contradict each other, so that two programs would unpack different things.',
    remedy: 'Make the archive again with a common program.',
  },
  'archive.encrypted': {
    severity: 'blocks',
    meaning: 'A member is encrypted and cannot be looked at.',
    remedy: 'Pack the files without a password.',
  },
  'archive.unknown-method': {
    severity: 'blocks',
    meaning: 'A member is compressed by a method other than stored (0) and deflate (8).',
    remedy: 'Pack the files with the methods stored or deflate.',
  },

  // What a member is
  'archive.unsafe-path': {
    severity: 'blocks',
    meaning:
      'A name leads outside the folder it is unpacked into, or means something else on another system: `..`, absolute and drive paths, backslashes, control characters, empty segments, names that Windows reserves.',
    remedy: 'Rename the file: relative path, `/` between segments, no special names.',
  },
  'archive.name-too-long': {
    severity: 'blocks',
    meaning: 'A name has more bytes than the limit (`ASSAY_CHECK_NAME_BYTES`).',
    remedy: 'Use shorter folder and file names.',
  },
  'archive.comment-too-long': {
    severity: 'blocks',
    meaning:
      'A comment, of the archive or of a member, has more bytes than the limit (`ASSAY_CHECK_COMMENT_BYTES`); no program unpacks what is in it.',
    remedy: 'Put what it says into a file.',
  },
  'archive.name-encoding': {
    severity: 'blocks',
    meaning: 'A name is not UTF-8, so that programs disagree about what it says.',
    remedy: 'Pack the files with UTF-8 names.',
  },
  'archive.name-unmarked': {
    severity: 'informs',
    meaning: 'A name with non-ASCII characters is UTF-8 but not marked as such; some programs show it wrong.',
    remedy: 'Pack the files with a program that sets the UTF-8 flag.',
  },
  'archive.special-file': {
    severity: 'blocks',
    meaning: 'A member is a symbolic or hard link, a device, a pipe or a socket.',
    remedy: 'Pack regular files and folders only; replace links by what they point to.',
  },
  'archive.duplicate-name': {
    severity: 'blocks',
    meaning: 'Two members have the same name; which one counts depends on the program.',
    remedy: 'Keep one of them.',
  },
  'archive.colliding-name': {
    severity: 'blocks',
    meaning:
      'Two names differ only by case or Unicode normalisation, or one is both a file and a folder: on some systems one overwrites the other.',
    remedy: 'Rename one of them.',
  },
  'archive.folder-with-content': {
    severity: 'blocks',
    meaning: 'A folder entry carries data.',
    remedy: 'Make the archive again with a common program.',
  },

  // What a member holds
  'archive.wrong-crc': {
    severity: 'blocks',
    meaning: 'The content of a member does not have the CRC-32 that the archive states.',
    remedy: 'Make the archive again; it was damaged or changed.',
  },
  'archive.wrong-size': {
    severity: 'blocks',
    meaning: 'The content of a member is shorter or longer than the archive states.',
    remedy: 'Make the archive again; it was damaged or changed.',
  },

  // Limits
  'archive.too-many-files': {
    severity: 'blocks',
    meaning: 'The archive has more entries than the limit (`ASSAY_CHECK_ENTRIES`).',
    remedy: 'Combine small files, or have the limit raised.',
  },
  'archive.too-large': {
    severity: 'blocks',
    meaning: 'The expanded content is larger than the limit (`ASSAY_CHECK_EXPANDED_BYTES`).',
    remedy: 'Split the package, or have the limit raised.',
  },
  'archive.file-too-large': {
    severity: 'blocks',
    meaning: 'An expanded file is larger than the limit (`ASSAY_CHECK_FILE_BYTES`).',
    remedy: 'Split the file, or have the limit raised.',
  },
  'archive.expansion-ratio': {
    severity: 'blocks',
    meaning:
      'The content, or one file, expands by more than the limit (`ASSAY_CHECK_EXPANSION_RATIO`): a decompression bomb.',
    remedy: 'Store such files without compression, leave them out, or have the limit raised.',
  },
  'archive.nested-too-deep': {
    severity: 'blocks',
    meaning:
      'More archives lie inside each other than the limit (`ASSAY_CHECK_NESTING`), so that what is in the innermost one was not looked at.',
    remedy: 'Unpack the inner archives and pack their files themselves.',
  },
  'archive.appended': {
    severity: 'blocks',
    meaning:
      'A file that begins as something else ends as a ZIP archive: what it is depends on the program that opens it.',
    remedy: 'Keep the file and the archive apart.',
  },

  // What a pickle would run when it is loaded
  'pickle.dangerous-global': {
    severity: 'blocks',
    meaning:
      'A pickle names a function or class by which loading it runs commands or reaches files or the network.',
    remedy: 'Store plain data: weights as safetensors, tables as Parquet, settings as JSON.',
  },
  'pickle.unknown-global': {
    severity: 'blocks',
    meaning: 'A pickle names a function or class that is not known to be safe to load.',
    remedy: 'Store plain data, or only classes of torch, numpy, scikit-learn and pandas that are listed.',
  },
  'pickle.hidden-global': {
    severity: 'blocks',
    meaning: 'A pickle makes up the name of a function or class while it is loaded.',
    remedy: 'Write the file with an ordinary pickler.',
  },
  'pickle.hidden-call': {
    severity: 'blocks',
    meaning: 'A pickle calls something that it has not named.',
    remedy: 'Write the file with an ordinary pickler.',
  },
  'pickle.changed-global': {
    severity: 'blocks',
    meaning: 'A pickle changes a class or function itself, for the whole program that loads it.',
    remedy: 'Write the file with an ordinary pickler.',
  },
  'pickle.forged-type': {
    severity: 'blocks',
    meaning:
      'A pickle describes the type of an array otherwise than numpy does, so that bytes may be taken for objects.',
    remedy: 'Write the file with numpy and an ordinary pickler.',
  },
  'pickle.extension-code': {
    severity: 'blocks',
    meaning: 'A pickle names a class by a number that only the registry of the loading program can resolve.',
    remedy: 'Write the file without extension codes (copyreg.add_extension).',
  },
  'pickle.ambiguous': {
    severity: 'blocks',
    meaning: 'The frames of a pickle do not fit its opcodes, so that two loaders would run different things.',
    remedy: 'Write the file with an ordinary pickler.',
  },
  'pickle.persistent-id': {
    severity: 'informs',
    meaning: 'A pickle refers to something outside of it, as those of torch refer to the bytes of tensors.',
    remedy: 'Nothing, when the program that loads it expects such references.',
  },

  // What loaders of other formats would do
  ...formatRules,

  // What engines know by its bytes
  'malware.known': {
    severity: 'blocks',
    meaning: 'A malware engine knows the content of a file by a rule or signature that blocks.',
    remedy:
      'Find out how it came into the package, and remove it; ask a reviewer where it is there on purpose.',
  },
  'malware.suspicious': {
    severity: 'warns',
    meaning: 'A rule of a malware engine finds something that harmless files have too, but rarely.',
    remedy: 'Look at the place that the finding names; do without it where you can.',
  },
  'malware.notable': {
    severity: 'informs',
    meaning: 'A rule of a malware engine that only informs has found something.',
    remedy: 'Nothing has to be done.',
  },

  // What nobody should publish
  'secrets.private-key': {
    severity: 'blocks',
    meaning: 'A file holds a private key that is not encrypted.',
    remedy: 'Take the key out of use: it has been uploaded. Publish the package without it.',
  },
  'secrets.encrypted-private-key': {
    severity: 'warns',
    meaning: 'A file holds a private key that is encrypted, by a password that may be guessed.',
    remedy: 'Publish the package without it.',
  },
  'secrets.cloud-key': {
    severity: 'blocks',
    meaning: 'A file holds a key to an account of a cloud: AWS, Azure or Google.',
    remedy: 'Take the key out of use: it has been uploaded. Publish the package without it.',
  },
  'secrets.token': {
    severity: 'blocks',
    meaning:
      'A file holds a token of a service, with the form and, where it has them, the check digits of a real one.',
    remedy: 'Take the token out of use: it has been uploaded. Publish the package without it.',
  },
  'secrets.password': {
    severity: 'blocks',
    meaning: 'A file in which programs keep passwords and tokens (.netrc, .npmrc) has one.',
    remedy: 'Change the password: it has been uploaded. Publish the package without the file.',
  },
  'secrets.possible': {
    severity: 'warns',
    meaning:
      'Something looks like a secret and may be none: a token with wrong check digits, the id of a key without its secret, an address with a password, a signed token that may have expired.',
    remedy: 'Look at the place that the finding names, and take out of use what is real.',
  },

  // What a package should have
  'structure.empty': {
    severity: 'blocks',
    meaning: 'The package has no file with content.',
    remedy: 'Publish the files themselves.',
  },
  'structure.manifest-missing': {
    severity: 'informs',
    meaning: 'A code package has neither `package.json` nor `pyproject.toml` at its top.',
    remedy: 'Add one with name, version, description and licence.',
  },
  'structure.manifest-unreadable': {
    severity: 'warns',
    meaning: 'A manifest is not what its name says (broken JSON, not text) or is over 1 MiB.',
    remedy: 'Correct the file that the finding names.',
  },
  'structure.readme-missing': {
    severity: 'informs',
    meaning: 'A code package has no README at its top.',
    remedy: 'Add a README.md that says what the package is for.',
  },
  'structure.sources-missing': {
    severity: 'informs',
    meaning: 'A code package has no file of a known programming language.',
    remedy: 'Add the sources, or publish under another kind.',
  },
  'structure.card-missing': {
    severity: 'informs',
    meaning: 'A model or dataset has no card (README.md, MODEL_CARD.md or DATASET_CARD.md) at its top.',
    remedy: 'Add a card: what it is, what it was made from, what it is good for, its licence.',
  },
  'structure.config-missing': {
    severity: 'informs',
    meaning: 'A model has no `config.json` at its top.',
    remedy: 'Add the configuration that the model is loaded with.',
  },
  'structure.weights-missing': {
    severity: 'informs',
    meaning: 'A model has no file of a known weights format.',
    remedy: 'Add the weights, best as safetensors or ONNX, or publish under another kind.',
  },
  'structure.data-missing': {
    severity: 'informs',
    meaning: 'A dataset has no file besides documents and manifests.',
    remedy: 'Add the data files, or publish under another kind.',
  },
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof rules;
