// Containers of the rehearsal: whether they are well, and whether they stop as they should.
import assert from 'node:assert/strict';
import { waitFor } from '../../acceptance/src/call.ts';
import type { Engine } from './engine.ts';

const patience = { timeoutMs: 300_000, pollMs: 250 };

/** Resolves when the image's own health check passes; with options, that of `assay health`. Fails when the container has ended. */
export async function healthy(
  engine: Engine,
  container: string,
  ...options: readonly string[]
): Promise<void> {
  const ask = () =>
    options.length === 0
      ? engine.podman('healthcheck', 'run', container)
      : engine.podman('exec', container, 'node', '/app/server/src/main.ts', 'health', ...options);
  let reason = '';
  await waitFor(
    () => `the health of ${container}: ${reason}`,
    async () => {
      const running = await engine.podman('inspect', '--format={{.State.Running}}', container);
      if (running !== 'true')
        assert.fail(`${container} has ended: ${await engine.podman('logs', container)}`);
      return await ask().then(
        () => true,
        (error) => {
          reason = error.message;
          return false;
        },
      );
    },
    patience,
  );
}

/** By the signal that every engine sends; what does not stop in order has another exit code. */
export async function stop(engine: Engine, container: string): Promise<void> {
  await engine.podman('stop', '--time=60', container);
  const code = await engine.podman('inspect', '--format={{.State.ExitCode}}', container);
  assert.equal(code, '0', `${container} did not stop in order: ${await engine.podman('logs', container)}`);
}
