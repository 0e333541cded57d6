import type { SecretBox } from '../../core/events/index.ts';
import type { SecretStore } from '../../core/secrets.ts';
import { idempotentWrite, read, write } from './call.ts';
import type { GuardedSide } from './engine-guard.ts';
import { guarded } from './guarded.ts';

export function guardSecretBox(box: SecretBox, side: GuardedSide): SecretBox {
  return guarded(box, side, { seal: read, open: read }, {});
}

export function guardSecretStore(secrets: SecretStore, side: GuardedSide): SecretStore {
  const { refreshMs } = secrets;
  return guarded(secrets, side, { read, create: idempotentWrite, replace: write }, { refreshMs });
}
