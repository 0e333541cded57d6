// The check of formats: what a loader of each kind of file would do with it.
import { PickleInspector } from '../pickle/pickle-inspector.ts';
import { identify } from './identify.ts';
import type { InspectedFile, Inspection, Inspector, Telling } from './inspector.ts';

/** Endings of files that nothing but a pickle, or a container of pickles, is meant to have. */
const pickleNames = /\.(pkl|pickle|pk|pt|pth|joblib|dill)$/i;

export const inspectFormats: Inspection = {
  check: 'formats',

  begin(file: InspectedFile, telling: Telling): Inspector | null {
    const type = identify(file.head, file.sizeBytes);
    switch (type) {
      case 'pickle':
        return new PickleInspector(file, telling, 'certain');
      case 'data':
      case 'text':
      case 'json':
        // Pickles of the oldest protocols are text, and begin with nearly anything.
        return new PickleInspector(file, telling, pickleNames.test(file.path) ? 'certain' : 'possible');
      default:
        return null;
    }
  },
};
