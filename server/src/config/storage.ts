import { text, type Values } from './fields.ts';

export const storageFields = {
  dataFolder: text({
    variable: 'ASSAY_DATA',
    meaning:
      'The folder that holds everything: database, content and generated secrets. Created when missing.',
    default: 'data',
  }),
};

export type StorageConfig = Values<typeof storageFields>;
