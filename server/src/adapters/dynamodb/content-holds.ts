// Of the table `contents`:
//
//   pk                  sk                  what
//   content#<digest>    -                   how many versions hold it, or that it is being removed; neither: none
//   content#<digest>    hold#<version id>   a version holds it
import type { ContentHeld, ContentHolds, ContentReleased } from '../../core/content/index.ts';
import { RegistryError } from '../../core/errors.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import { alone, type Key } from './tables.ts';
import { newTag } from './working-items.ts';

export interface ContentRow {
  /** At least 1 unless it is being removed, then 0. */
  readonly holders: number;
  readonly removing: boolean;
}

export const contentKey = (digest: string): Key => ({
  table: 'contents',
  pk: `content#${digest}`,
  sk: alone,
});
export const holdKey = (digest: string, versionId: string): Key => ({
  table: 'contents',
  pk: `content#${digest}`,
  sk: `hold#${versionId}`,
});

export const contentHoldPlanners: ChangePlanners<ContentHeld | ContentReleased> = {
  'content.hold': {
    reads: ({ digest, versionId }) => [contentKey(digest), holdKey(digest, versionId)],
    async plan(items, { digest, versionId }) {
      const content = await items.get<ContentRow>(contentKey(digest));
      if (content?.removing) {
        throw new RegistryError('unavailable', `The content ${digest} is just being removed; try again.`);
      }
      if ((await items.get(holdKey(digest, versionId))) !== null) return;
      items.put(holdKey(digest, versionId), {});
      items.put(contentKey(digest), { holders: (content?.holders ?? 0) + 1, removing: false });
    },
  },

  'content.release': {
    reads: ({ digest, versionId }) => [contentKey(digest), holdKey(digest, versionId)],
    async plan(items, { digest, versionId }) {
      if ((await items.get(holdKey(digest, versionId))) === null) return;
      items.delete(holdKey(digest, versionId));
      const content = await items.get<ContentRow>(contentKey(digest));
      const holders = (content?.holders ?? 0) - 1;
      if (holders < 1) items.delete(contentKey(digest));
      else items.put(contentKey(digest), { holders, removing: false });
    },
  },
};

export class DynamoContentHolds implements ContentHolds {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async isHeld(digest: string): Promise<boolean> {
    const content = await this.#database.get<ContentRow>(contentKey(digest));
    return content !== null && !content.removing;
  }

  claimRemoval(digest: string): Promise<boolean> {
    return this.#database.put(
      contentKey(digest),
      { holders: 0, removing: true, tag: newTag() },
      { when: 'attribute_not_exists(#pk) OR #removing = :true', values: { true: true } },
    );
  }

  async forgetRemoval(digest: string): Promise<void> {
    await this.#database.delete(contentKey(digest), {
      when: 'attribute_not_exists(#pk) OR #removing = :true',
      values: { true: true },
    });
  }
}
