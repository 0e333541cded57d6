// The check of formats: what a loader of each kind of file would do with it.
import { PickleInspector } from '../pickle/pickle-inspector.ts';
import { identify, isContainer } from './identify.ts';
import type { InspectedFile, Inspection, Inspector, Telling } from './inspector.ts';

/** Endings of files that nothing but a pickle, or a container of pickles, is meant to have. */
const pickleNames = /\.(pkl|pickle|pk|pt|pth|joblib|dill)$/i;

export const inspectFormats: Inspection = {
  check: 'formats',

  begin(file: InspectedFile, telling: Telling): Inspector | null {
    const type = identify(file.head, file.sizeBytes);
    const isNamed = pickleNames.test(file.path) && !isContainer(type);
    if (type === 'pickle' || isNamed) return new PickleInspector(file, telling, 'certain');
    // Pickles of the oldest protocols begin with nearly anything: texts, and the signatures of other formats.
    return new PickleInspector(file, telling, type === 'data' ? 'anywhere' : 'possible');
  },
};
