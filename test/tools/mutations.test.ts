import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { mutate } from '../../tools/mutations/mutation.ts';
import { mutations } from '../../tools/mutations/mutations.ts';

const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

describe('the mutations', () => {
  for (const mutation of mutations) {
    test(`without ${mutation.defence}: the defence is there to be taken out, and the test to notice`, () => {
      const text = readFileSync(join(checkout, mutation.file), 'utf8');
      assert.notEqual(mutate(mutation, text), text);
      assert.ok(existsSync(join(checkout, mutation.test)));
    });
  }
});
