import { text, type Values } from './fields.ts';

export const hallmarkFields = {
  registryName: text({
    variable: 'ASSAY_REGISTRY_NAME',
    meaning:
      'The name by which the registry signs: hallmarks and receipts say it, so that those of several registries can be told apart.',
    default: 'assay',
    rule: 'up to 100 letters, digits and any of ._-',
    pattern: /^[\w.-]{1,100}$/,
  }),
};

export type HallmarkConfig = Values<typeof hallmarkFields>;
