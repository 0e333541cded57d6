import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOnEveryEngine } from '../support/engines.ts';
import { someItem } from '../support/samples.ts';

describeOnEveryEngine('ItemStore', (engine) => {
  test('an inserted item is found as it was', async () => {
    const item = someItem();
    await engine().commit([{ change: 'item.insert', item }]);
    assert.deepEqual(await engine().items.find(item.id), item);
    assert.equal(await engine().items.find('another'), null);
  });

  test('pages run from the oldest to the newest without gap or repetition', async () => {
    const items = Array.from({ length: 5 }, () => someItem());
    for (const item of items) await engine().commit([{ change: 'item.insert', item }]);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await engine().items.list({}, { limit: 2, after });
      seen.push(...page.items.map((item) => item.id));
      after = page.next ?? undefined;
    } while (after !== undefined);
    assert.deepEqual(
      seen,
      items.map((item) => item.id),
    );
  });

  test('a category narrows the list', async () => {
    const [one, other] = [someItem({ category: 'tools' }), someItem({ category: 'talks' })];
    await engine().commit([
      { change: 'item.insert', item: one },
      { change: 'item.insert', item: other },
    ]);
    const page = await engine().items.list({ category: 'talks' }, { limit: 10 });
    assert.deepEqual(page, { items: [other], next: null });
  });
});
