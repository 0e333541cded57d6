// Schemas that several routes share.
import Type, { type TSchema } from 'typebox';
import type { Page } from '../core/paging.ts';

export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9-]+$' });
export const IdParams = Type.Object({ id: Id });
export const Timestamp = Type.String({ format: 'date-time' });

/** The value, or null. */
export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

export const PageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Most items in a page.' }),
  after: Type.Optional(Type.String({ maxLength: 2_000, description: '`next` of the page before.' })),
};

/** `{items: [...], next}` */
export function PageOf<T extends TSchema>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'Pass as `after`; null on the last page.',
    }),
  });
}

export function presentPage<T, P>(page: Page<T>, present: (item: T) => P) {
  return { items: page.items.map(present), next: page.next };
}

/** The answer to every error: RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'The page about this code.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    requestId: Type.String(),
  },
  { $id: 'Problem', title: 'Problem' },
);
