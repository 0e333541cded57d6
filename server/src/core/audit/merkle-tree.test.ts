// The vectors of the reference implementation of RFC 6962 (certificate-transparency), which others are tested with too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GrowingTree } from './growing-tree.ts';
import { subtreesOf } from './subtrees.ts';
import { emptyRoot, hashLeaf, hashNode, rootOver, type TreeHash } from './tree-hash.ts';
import { consistencyPath, inclusionPath, provesConsistency, provesInclusion } from './tree-proofs.ts';
import { hashesOf, rootAt, type Tile, type TileKey, TreeEdge } from './tree-tiles.ts';

const inputs = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));

const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leaves = inputs.map(hashLeaf);

/** Straight from the definition in RFC 9162, section 2.1.1. */
function definedRoot(hashes: readonly TreeHash[]): TreeHash {
  const [only] = hashes;
  if (only === undefined) return emptyRoot;
  if (hashes.length === 1) return only;
  let left = 1;
  while (left * 2 < hashes.length) left *= 2;
  return hashNode(definedRoot(hashes.slice(0, left)), definedRoot(hashes.slice(left)));
}

class Tiles {
  readonly #tiles = new Map<string, Uint8Array>();
  put(tiles: readonly Tile[]): void {
    for (const { level, index, hashes } of tiles) this.#tiles.set(`${level} ${index}`, hashes);
  }
  async tiles(keys: readonly TileKey[]) {
    return keys.map(({ level, index }) => this.#tiles.get(`${level} ${index}`) ?? null);
  }
}

async function tilesOf(hashes: readonly TreeHash[]): Promise<Tiles> {
  const tiles = new Tiles();
  const edge = await TreeEdge.of(tiles, 0);
  for (const hash of hashes) edge.append(hash);
  tiles.put(edge.takeChanged());
  return tiles;
}

const counted = (count: number) => Array.from({ length: count }, (_, i) => hashLeaf(Buffer.from(`${i}`)));

test('the roots are those of the reference implementation', async () => {
  assert.equal(emptyRoot.toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  const tree = new GrowingTree();
  const tiles = await tilesOf(leaves);
  for (const [i, leaf] of leaves.entries()) {
    tree.push(leaf);
    assert.equal(tree.root.toString('hex'), roots[i]);
    assert.equal((await rootAt(tiles, i + 1)).toString('hex'), roots[i]);
  }
});

test('the proofs are those of the reference implementation', async () => {
  const tiles = await tilesOf(leaves);
  const hex = async (ranges: ReturnType<typeof inclusionPath>) =>
    (await hashesOf(tiles, ranges)).map((hash) => hash.toString('hex'));
  assert.deepEqual(await hex(inclusionPath(0, 1)), []);
  assert.deepEqual(await hex(inclusionPath(0, 8)), [
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ]);
  assert.deepEqual(await hex(inclusionPath(5, 8)), [
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
  assert.deepEqual(await hex(inclusionPath(2, 3)), [
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  ]);
  assert.deepEqual(await hex(consistencyPath(1, 8)), [
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ]);
  assert.deepEqual(await hex(consistencyPath(6, 8)), [
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
  assert.deepEqual(await hex(consistencyPath(2, 5)), [
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  ]);
});

test('every entry of every tree is proven by its own proof, and by no other', async () => {
  const hashes = counted(70);
  const tiles = await tilesOf(hashes);
  for (let size = 1; size <= hashes.length; size++) {
    const root = await rootAt(tiles, size);
    assert.ok(root.equals(definedRoot(hashes.slice(0, size))));
    for (let index = 0; index < size; index++) {
      const path = await hashesOf(tiles, inclusionPath(index, size));
      const leaf = hashes[index] ?? emptyRoot;
      assert.ok(provesInclusion({ index, size, leaf, root }, path), `${index} of ${size}`);
      assert.ok(!provesInclusion({ index: index + 1, size, leaf, root }, path));
      assert.ok(!provesInclusion({ index, size, leaf: emptyRoot, root }, path));
      assert.ok(!provesInclusion({ index, size, leaf, root: emptyRoot }, path));
      assert.ok(!provesInclusion({ index, size, leaf, root }, [...path, root]));
      if (path.length > 0) assert.ok(!provesInclusion({ index, size, leaf, root }, path.slice(1)));
    }
  }
});

test('every tree is proven to begin with every smaller one, and with no other', async () => {
  const hashes = counted(70);
  const tiles = await tilesOf(hashes);
  for (let to = 1; to <= hashes.length; to++) {
    const toRoot = await rootAt(tiles, to);
    for (let from = 1; from <= to; from++) {
      const path = await hashesOf(tiles, consistencyPath(from, to));
      const one = { size: from, root: await rootAt(tiles, from) };
      const other = { size: to, root: toRoot };
      assert.ok(provesConsistency(one, other, path), `${from} in ${to}`);
      assert.ok(!provesConsistency({ ...one, root: emptyRoot }, other, path));
      assert.ok(!provesConsistency(one, { ...other, root: emptyRoot }, path));
      assert.ok(!provesConsistency(one, other, [...path, toRoot]));
      if (path.length > 0) assert.ok(!provesConsistency(one, other, path.slice(0, -1)));
    }
  }
});

test('a tree is the same whether its tiles are written at once, one by one, or gone on with after a crash', async () => {
  const hashes = counted(66_000);
  const atOnce = await tilesOf(hashes);
  const inSteps = new Tiles();
  let size = 0;
  for (const step of [1, 254, 1, 1, 255, 256, 1_000, 64_000, 232]) {
    const edge = await TreeEdge.of(inSteps, size);
    for (const hash of hashes.slice(size, size + step)) edge.append(hash);
    const tiles = edge.takeChanged();
    assert.deepEqual(edge.takeChanged(), []);
    inSteps.put(tiles);
    size += step;
  }
  assert.equal(size, hashes.length);
  for (const at of [1, 255, 256, 257, 65_535, 65_536, 65_537, 66_000]) {
    const root = definedRoot(hashes.slice(0, at));
    assert.ok(root.equals(await rootAt(atOnce, at)));
    assert.ok(root.equals(await rootAt(inSteps, at)));
  }
});

test('a proof in a tree of ten million reads a handful of tiles, with one question', async () => {
  const asked: (readonly TileKey[])[] = [];
  const tiles = {
    async tiles(keys: readonly TileKey[]) {
      asked.push(keys);
      return keys.map(() => new Uint8Array(256 * 32));
    },
  };
  await hashesOf(tiles, inclusionPath(7_654_321, 10_000_000));
  assert.equal(asked.length, 1);
  assert.ok((asked[0]?.length ?? 0) <= 6, `${asked[0]?.length} tiles`);
});

test('a tree goes on from the hashes of its perfect subtrees', () => {
  const hashes = counted(100);
  for (const size of [0, 1, 7, 64, 99]) {
    const left = subtreesOf({ from: 0, until: size }).map(({ height, index }) =>
      definedRoot(hashes.slice(index * 2 ** height, (index + 1) * 2 ** height)),
    );
    assert.ok(rootOver(left).equals(definedRoot(hashes.slice(0, size))));
    const tree = new GrowingTree(size, left);
    for (const hash of hashes.slice(size)) tree.push(hash);
    assert.ok(tree.root.equals(definedRoot(hashes)));
  }
  assert.throws(() => new GrowingTree(3, []), /2 perfect subtrees/);
});
