// `assay audit …`: the audit log in a file, and whether such a file is as it was written.
import { type Command, type Given, NotIntact, UsageError } from './command.ts';
import { BrokenExport, CheckpointError } from './core/audit/index.ts';
import { KeySetError } from './core/signing/index.ts';
import { argument, option } from './given.ts';

export const auditCommands: readonly Command[] = [
  {
    name: 'audit export',
    summary: 'Writes the audit log into a file, with all that it takes to verify it.',
    arguments: ['file'],
    options: {
      from: { type: 'string', value: '<place>', meaning: 'The place of the first entry; 0 unless given.' },
      until: {
        type: 'string',
        value: '<place>',
        meaning: 'The place behind the last one; all unless given.',
      },
      size: { type: 'string', value: '<entries>', meaning: 'With that checkpoint; the latest unless given.' },
    },
    run: async (config, given, print) => {
      const range = { from: place(given, 'from'), until: place(given, 'until'), size: place(given, 'size') };
      const { ports, close } = await (await import('./wiring/commands.ts')).wireCommands(config);
      try {
        const { exportAudit } = await import('./admin/export-audit.ts');
        await exportAudit(ports, { ...range, file: argument(given, 'file') }, print);
      } finally {
        await close();
      }
    },
  },
  {
    name: 'audit verify',
    summary: 'Verifies an exported audit log, without the registry; tells the first entry that was changed.',
    arguments: ['export'],
    offline: true,
    options: {
      keys: {
        type: 'string',
        value: '<file>',
        meaning: 'The keys of the registry, kept from its /.well-known/assay-keys.json.',
      },
      key: { type: 'string', value: '<base64>', meaning: 'One of its public keys.' },
      checkpoint: {
        type: 'string',
        value: '<file>',
        meaning: 'The note of a checkpoint that was kept: nothing before it may have changed.',
      },
    },
    run: async (_config, given, print) => {
      const [key, keysFile, checkpointFile] = ['key', 'keys', 'checkpoint'].map((name) =>
        option(given, name),
      );
      if (key === undefined && keysFile === undefined) {
        throw new UsageError('assay audit verify needs --keys <file> or --key <base64>.');
      }
      const { verifyAudit } = await import('./admin/verify-audit.ts');
      try {
        await verifyAudit({ file: argument(given, 'export'), key, keysFile, checkpointFile }, print);
      } catch (error) {
        throw refusal(error);
      }
    },
  },
];

function refusal(error: unknown): unknown {
  if (error instanceof BrokenExport) return new NotIntact(`Line ${error.line}: ${error.message}`);
  if (error instanceof KeySetError || error instanceof CheckpointError) return new UsageError(error.message);
  return error;
}

function place(given: Given, name: string): number | undefined {
  const text = option(given, name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`assay audit export: --${name} must be a whole number.`);
}
