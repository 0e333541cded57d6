// The roles of the one program. `npm start` runs `serve`.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { run } = await import('./command-line.ts');
process.exitCode = await run(process.argv.slice(2), process.env);
