import { RegistryError } from '../errors.ts';

/** An entry of the curated catalogue: something worth knowing about, not content of the registry. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** Adds the item. Never violated: ids are new, names need not be. */
export interface ItemInserted {
  readonly change: 'item.insert';
  readonly item: Item;
}

const maximumLength = { name: 200, description: 5_000, category: 100 } as const;

/** Trims the texts and refuses empty and over-long ones. */
export function itemTexts(given: Pick<Item, 'name' | 'description' | 'category'>) {
  return {
    name: text('name', given.name),
    description: text('description', given.description),
    category: text('category', given.category),
  };
}

function text(field: keyof typeof maximumLength, given: string): string {
  const trimmed = given.trim();
  const maximum = maximumLength[field];
  if (trimmed.length >= 1 && trimmed.length <= maximum) return trimmed;
  throw new RegistryError(
    'invalid-request',
    `The item's ${field} has ${trimmed.length} characters; it must have 1 to ${maximum}.`,
  );
}
