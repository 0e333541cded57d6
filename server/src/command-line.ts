import { parseArgs } from 'node:util';
import { ConfigError, printConfig, readConfig } from './config/index.ts';

const usage = `Usage: assay <role>

  serve      API and worker in one process
  migrate    bring the database to this release's schema, then stop
  config     print the configuration in force, secrets hidden`;

/** Runs the role that the arguments name; sets the exit code when that fails. */
export async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true, strict: false });
  const [role] = positionals;
  try {
    const config = readConfig(environment);
    switch (role) {
      case 'serve': {
        const { serve } = await import('./serve.ts');
        return await serve(config);
      }
      case 'migrate': {
        const { migrateOnly } = await import('./wiring.ts');
        return console.log((await migrateOnly(config)).join('\n') || 'Nothing to do.');
      }
      case 'config':
        return console.log(printConfig(config).join('\n'));
      default:
        console.error(usage);
        process.exitCode = 2;
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
