// The rules about formats other than pickles; a part of the table in ../rules.ts.

const damaged = (format: string) => ({
  severity: 'blocks' as const,
  meaning: `A ${format} file is not as its format says: lengths, counts or offsets do not fit, so that loaders may read what is not theirs, or differ about what it holds.`,
  remedy: 'Write the file again with the format’s own library.',
});

export const formatRules = {
  'format.misnamed': {
    severity: 'blocks',
    meaning: 'The content of a file is not of the format that its name says.',
    remedy: 'Rename it, or write it in that format.',
  },
  'safetensors.damaged': damaged('safetensors'),
  'gguf.damaged': damaged('GGUF'),
  'npy.damaged': damaged('NumPy'),
  'onnx.damaged': damaged('ONNX'),
  'tensorflow.damaged': damaged('TensorFlow'),
  'tflite.damaged': damaged('TensorFlow Lite'),
  'parquet.damaged': damaged('Parquet'),
  'arrow.damaged': damaged('Arrow'),
  'arrow.python-extension': {
    severity: 'blocks',
    meaning: 'A column has a type that old pyarrow stores as a pickle, which reading the file runs.',
    remedy: 'Write the table with plain types or a registered extension type.',
  },
  'template.reaches-out': {
    severity: 'blocks',
    meaning: 'A chat template reaches for the internals of the program that fills it in.',
    remedy: 'Use only the messages, loops and filters that templates are meant for.',
  },
  'onnx.external-data': {
    severity: 'blocks',
    meaning: 'A tensor of a model is to be read from a file outside the package.',
    remedy: 'Keep the data beside the model and name it by a plain relative path.',
  },
  'onnx.python-operator': {
    severity: 'blocks',
    meaning: 'A model has an operator that runs Python code.',
    remedy: 'Export the model with standard operators.',
  },
  'onnx.custom-domain': {
    severity: 'warns',
    meaning: 'A model has operators that need a library of their own.',
    remedy: 'Export the model with standard operators, or say which library it needs.',
  },
  'keras.lambda': {
    severity: 'blocks',
    meaning: 'A Keras model carries the code of a function, which loading or running it runs.',
    remedy: 'Replace Lambda layers by layers of Keras or a registered class.',
  },
  'keras.foreign-module': {
    severity: 'blocks',
    meaning: 'A Keras model names a module that is not known to be safe to import.',
    remedy: 'Use layers of Keras; ship other classes as code that users import themselves.',
  },
  'keras.custom-object': {
    severity: 'warns',
    meaning: 'A Keras model needs classes that the loading program must register.',
    remedy: 'Say in the card which package has them.',
  },
  'keras.reads-file': {
    severity: 'blocks',
    meaning: 'A layer of a Keras model reads a file by its path when it is loaded.',
    remedy: 'Save the model with the vocabulary inside.',
  },
  'keras.hidden-text': {
    severity: 'blocks',
    meaning: 'A text in a Keras model is written with escapes that nothing but hiding needs.',
    remedy: 'Write the file with Keras.',
  },
  'tensorflow.unsafe-operator': {
    severity: 'blocks',
    meaning: 'A TensorFlow graph has an operator that reads or writes files, or runs code of the program.',
    remedy: 'Export the model without it.',
  },
  'tflite.custom-operator': {
    severity: 'warns',
    meaning: 'A TensorFlow Lite model has an operator that needs a library of its own.',
    remedy: 'Convert the model with built-in operators, or say which library it needs.',
  },
  'config.remote-code': {
    severity: 'warns',
    meaning: 'A configuration names Python files of the package that a loader runs.',
    remedy: 'Use a model class that the library has, or have the code reviewed.',
  },
  'config.foreign-code': {
    severity: 'blocks',
    meaning: 'A configuration names code of another package, which may change at any time.',
    remedy: 'Put the code into this package, or do without it.',
  },
  'config.runs-function': {
    severity: 'blocks',
    meaning: 'A configuration names a function that runs commands, loads code or reaches the network.',
    remedy: 'Name classes of the model only, or do it in code that can be reviewed.',
  },
  'config.python-object': {
    severity: 'blocks',
    meaning: 'A YAML file has a tag by which some loaders make any object of Python, or call any function.',
    remedy: 'Write plain YAML.',
  },
  'config.external-entity': {
    severity: 'blocks',
    meaning: 'An XML document has the program that reads it read another file or address.',
    remedy: 'Write what it refers to into the document.',
  },
  'notebook.shell': {
    severity: 'informs',
    meaning: 'A notebook runs commands of the shell.',
    remedy: 'Nothing, where readers expect it.',
  },
  'notebook.download-and-run': {
    severity: 'warns',
    meaning: 'A notebook fetches something and runs it.',
    remedy: 'Install what is needed from a package registry.',
  },
  'notebook.script-output': {
    severity: 'warns',
    meaning: 'An output stored in a notebook runs scripts in the browser that shows it.',
    remedy: 'Clear the outputs before publishing.',
  },
  'install.script': {
    severity: 'warns',
    meaning: 'Installing the package runs a script.',
    remedy: 'Do without it, or build before publishing.',
  },
  'install.download-and-run': {
    severity: 'blocks',
    meaning: 'Installing the package fetches something and runs it, or runs what is hidden in a text.',
    remedy: 'Ship what is needed inside the package.',
  },
  'install.build-code': {
    severity: 'informs',
    meaning: 'Building or installing the package from source runs code of it.',
    remedy: 'Declare the package in pyproject.toml with a common backend.',
  },
  'install.commands': {
    severity: 'warns',
    meaning: 'setup.py runs commands, reaches the network or replaces steps of the installation.',
    remedy: 'Declare the package in pyproject.toml with a common backend.',
  },
  'install.path-import': {
    severity: 'blocks',
    meaning: 'A .pth file has a line, or the package a module, that every start of Python runs.',
    remedy: 'Remove it; a .pth file needs paths only.',
  },
  'executable.in-data': {
    severity: 'blocks',
    meaning: 'A package of a model or dataset has a native program or library.',
    remedy: 'Publish programs as packages of kind code.',
  },
  'executable.in-code': {
    severity: 'informs',
    meaning: 'A package of code has a native program or library, which was not built from its sources here.',
    remedy: 'Nothing, where it is meant to be there.',
  },
} as const;
