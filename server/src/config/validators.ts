import { integer, type Values } from './fields.ts';

export const validatorFields = {
  sourceBytes: integer({
    variable: 'ASSAY_VALIDATOR_SOURCE_BYTES',
    meaning: 'How long the source of a validator may be, in UTF-8.',
    default: 64 * 1024,
    unit: 'bytes',
    minimum: 1_024,
    // What fits into a record on every engine.
    maximum: 256 * 1024,
  }),
};

export type ValidatorConfig = Values<typeof validatorFields>;
