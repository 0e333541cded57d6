import about from '../package.json' with { type: 'json' };

/** The release, as the package states it. */
export const version: string = about.version;
