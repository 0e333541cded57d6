import { choice, integer, list, text, type Values } from './fields.ts';

const mib = 1024 ** 2;

/** Where validators run, and what they may use. */
export const sandboxFields = {
  memoryBytes: integer({
    variable: 'ASSAY_SANDBOX_MEMORY_BYTES',
    meaning: 'The heap that a validator may have; its process takes some 200 MB more.',
    default: 256 * mib,
    unit: 'bytes',
    minimum: 64 * mib,
    maximum: 1024 * mib,
  }),
  fileBytes: integer({
    variable: 'ASSAY_SANDBOX_FILE_BYTES',
    meaning: 'What a validator may write to files, which lie in its memory and are gone after it.',
    default: 32 * mib,
    unit: 'bytes',
    minimum: 0,
    maximum: 512 * mib,
  }),
  cpuSeconds: integer({
    variable: 'ASSAY_SANDBOX_CPU_SECONDS',
    meaning: 'The processor time that a validator may take.',
    default: 5,
    unit: 's',
    minimum: 1,
    maximum: 300,
  }),
  wallMs: integer({
    variable: 'ASSAY_SANDBOX_WALL_MS',
    meaning: 'How long a validator may run, what it waits for included. The downloader waits as long.',
    default: 15_000,
    unit: 'ms',
    minimum: 100,
    maximum: 600_000,
  }),
  outputBytes: integer({
    variable: 'ASSAY_SANDBOX_OUTPUT_BYTES',
    meaning: 'What a validator may write to its output and error streams.',
    default: 64 * 1024,
    unit: 'bytes',
    minimum: 1_024,
    maximum: 64 * 1024,
  }),
  readBytes: integer({
    variable: 'ASSAY_SANDBOX_READ_BYTES',
    meaning: 'What a validator may read of the archive, in ranges of at most 256 KiB.',
    default: 1024 * mib,
    unit: 'bytes',
    minimum: mib,
    maximum: 1024 ** 4,
  }),
  running: integer({
    variable: 'ASSAY_SANDBOX_RUNNING',
    meaning: 'How many validators run at the same time in one process.',
    default: 4,
    minimum: 1,
    maximum: 256,
  }),
  waiting: integer({
    variable: 'ASSAY_SANDBOX_WAITING',
    meaning: 'How many downloads may wait for their validator to begin; those beyond are denied.',
    default: 64,
    minimum: 0,
    maximum: 10_000,
  }),
  warm: integer({
    variable: 'ASSAY_SANDBOX_WARM',
    meaning:
      'How many started interpreters of each language wait for a validator, once there was one; each takes up to 200 MB. 0: each download waits for the start.',
    default: 1,
    minimum: 0,
    maximum: 64,
  }),
  idleMs: integer({
    variable: 'ASSAY_SANDBOX_IDLE_MS',
    meaning: 'After this long without a validator no interpreter is kept started.',
    default: 600_000,
    unit: 'ms',
    minimum: 1_000,
    maximum: 24 * 3_600_000,
  }),
  startMs: integer({
    variable: 'ASSAY_SANDBOX_START_MS',
    meaning: 'How long an interpreter may take to start.',
    default: 30_000,
    unit: 'ms',
    minimum: 1_000,
    maximum: 600_000,
  }),
  preparedFolder: text({
    variable: 'ASSAY_SANDBOX_PREPARED_FOLDER',
    meaning:
      'Where `assay sandbox prepare` has put what Python starts from, as it has in the image; only read. Where it is not, or that of another release, it is made in the data folder when it is first needed.',
    default: '',
  }),
  kernelLayer: choice({
    variable: 'ASSAY_SANDBOX_KERNEL_LAYER',
    meaning:
      'Whether validators only run where the kernel confines them: Linux, on x64 or arm64. `optional` lets them run elsewhere (macOS), confined by WebAssembly and Node.js alone.',
    default: 'required',
    of: ['required', 'optional'],
  }),
  auditHosts: list({
    variable: 'ASSAY_VALIDATOR_HOSTS',
    meaning:
      'Names of hosts that validators may send requests to, by https. Empty: none. Private addresses are refused.',
    default: [],
  }),
  requests: integer({
    variable: 'ASSAY_VALIDATOR_REQUESTS',
    meaning: 'How many requests a validator may send to those hosts in one run.',
    default: 5,
    minimum: 1,
    maximum: 1_000,
  }),
  requestMs: integer({
    variable: 'ASSAY_VALIDATOR_REQUEST_MS',
    meaning: 'How long one of those requests may take.',
    default: 3_000,
    unit: 'ms',
    minimum: 100,
    maximum: 60_000,
  }),
  requestBytes: integer({
    variable: 'ASSAY_VALIDATOR_REQUEST_BYTES',
    meaning: 'How long the body of one of those requests, and of its answer, may be.',
    default: 64 * 1024,
    unit: 'bytes',
    minimum: 1,
    maximum: 128 * 1024,
  }),
  runnerUrl: text({
    variable: 'ASSAY_VALIDATOR_RUNNER_URL',
    meaning:
      'Where another process runs the validators (`assay work --only validators`). Empty: they run beside the server.',
    default: '',
    pattern: /^$|^https?:\/\/[^/?#\s]+$/,
    rule: 'an http or https URL without a path',
  }),
  runnerSecret: text({
    variable: 'ASSAY_VALIDATOR_RUNNER_SECRET',
    meaning: 'What the server and the process that runs validators know each other by; the same at both.',
    default: '',
    secret: true,
    pattern: /^$|^[\x21-\x7e]{32,512}$/,
    rule: '32 to 512 characters without spaces',
  }),
  runnerHost: text({
    variable: 'ASSAY_VALIDATOR_RUNNER_HOST',
    meaning: 'The address that `assay work --only validators` listens at.',
    default: '127.0.0.1',
  }),
  runnerPort: integer({
    variable: 'ASSAY_VALIDATOR_RUNNER_PORT',
    meaning: 'The port that `assay work --only validators` listens at; 0: any that is free.',
    default: 8_090,
    minimum: 0,
    maximum: 65_535,
  }),
};

export type SandboxConfig = Values<typeof sandboxFields>;
