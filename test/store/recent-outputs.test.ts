import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentOutputs } from '../../src/store/files/recent-outputs.ts';
import { newCommandId } from '../contract/sample-commands.ts';

const piece = 64 * 1024;
const piecesInAll = (16 * 1024 * 1024) / piece;

test('of more outputs than there is memory for, those unread for the longest time are forgotten', () => {
  const recent = new RecentOutputs();
  const ids = Array.from({ length: piecesInAll + 10 }, newCommandId);
  const [first, second] = ids;
  assert.ok(first !== undefined && second !== undefined);
  for (const id of ids) {
    recent.keep(id, new Uint8Array(piece));
    recent.find(first);
  }
  const kept = ids.filter((id) => recent.find(id) !== undefined);
  assert.equal(kept.length, piecesInAll);
  assert.ok(kept.includes(first));
  assert.ok(!kept.includes(second));
});

test('what is forgotten, or kept once more, gives its room back', () => {
  const recent = new RecentOutputs();
  const [lasting, passing] = [newCommandId(), newCommandId()];
  recent.keep(lasting, new Uint8Array(piece));
  for (let i = 0; i < 2 * piecesInAll; i++) {
    recent.keep(passing, new Uint8Array(piece));
    recent.keep(passing, new Uint8Array(piece));
    recent.forget(passing);
    recent.forget(passing);
  }
  assert.equal(recent.find(passing), undefined);
  assert.equal(recent.find(lasting)?.length, piece);
});

test('an output larger than 64 KiB is not taken', () => {
  const recent = new RecentOutputs();
  assert.equal(recent.takes(piece), true);
  assert.equal(recent.takes(piece + 1), false);
});
