import { type AuditAppended, audited } from '../audit/index.ts';
import type { Caller } from '../caller.ts';
import type { Clock, Randomness } from '../clock.ts';
import type { Commit } from '../commit.ts';
import { type Item, type ItemInserted, itemTexts } from './item.ts';

export async function createItem(
  ports: { clock: Clock; randomness: Randomness; commit: Commit<ItemInserted | AuditAppended> },
  caller: Caller,
  given: { name: string; description: string; category: string },
): Promise<Item> {
  const item: Item = {
    id: ports.randomness.id(),
    ...itemTexts(given),
    createdAt: ports.clock.now(),
    createdBy: caller.user?.name ?? '',
  };
  await ports.commit([
    { change: 'item.insert', item },
    audited(ports, caller, 'item.create', { kind: 'item', id: item.id }),
  ]);
  return item;
}
