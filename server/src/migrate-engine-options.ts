import type { Command } from './command.ts';

export const migrateEngineOptions: Command['options'] = {
  to: {
    type: 'string',
    value: '<file>',
    meaning: 'The configuration of the other engines, as lines VARIABLE=value.',
  },
  'cut-over': {
    type: 'boolean',
    value: '',
    meaning: 'Makes the source read-only, carries the rest and compares everything.',
  },
  leftovers: {
    type: 'boolean',
    value: '',
    meaning: 'After the cut-over: carries what reading has written to the audit of the source since.',
  },
  abandon: {
    type: 'boolean',
    value: '',
    meaning: 'Lets the source be written again.',
  },
  settle: {
    type: 'string',
    value: '<seconds>',
    meaning: 'How long a write may take that began before the source became read-only; 15 unless given.',
  },
  parallel: {
    type: 'string',
    value: '<number>',
    meaning: 'Objects of content that are carried at the same time; 4 unless given.',
  },
  journal: {
    type: 'string',
    value: '<file>',
    meaning: 'Where it is noted which content was found the same; <to>.journal unless given.',
  },
};
