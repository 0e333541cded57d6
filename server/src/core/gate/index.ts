export { decideDownload, type GateDecision } from './decide-download.ts';
export { type Download, downloadVersion } from './download-version.ts';
export { isServed } from './is-served.ts';
export { readFile } from './read-file.ts';
