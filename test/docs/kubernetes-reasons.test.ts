import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ownReasons } from '../../src/core/failure.ts';
import { createReasons } from '../../src/executors/kubernetes/reasons/create-reasons.ts';
import { endReasons, rejectReasons } from '../../src/executors/kubernetes/reasons/end-reasons.ts';
import type { ReasonRows } from '../../src/executors/kubernetes/reasons/reason-row.ts';
import { startReasons } from '../../src/executors/kubernetes/reasons/start-reasons.ts';
import { checkout } from './documents.ts';

const text = readFileSync(join(checkout, 'docs/kubernetes-reasons.md'), 'utf8');

/** The cells of the rows below a heading. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const section = text.split(`## ${heading}\n`)[1]?.split(/^## /m)[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `') || line.startsWith('| any other'));
  return lines.map((line) => line.slice(2, -2).split(' | '));
}

describe('docs/kubernetes-reasons.md', () => {
  const parts: readonly (readonly [heading: string, rows: ReasonRows])[] = [
    ['The pod could not be created', createReasons],
    ['The pod does not begin its command', { ...startReasons, ...rejectReasons }],
    ['The cluster ended it', endReasons],
  ];
  for (const [heading, rows] of parts) {
    test(`has every word of “${heading}” with what to do about it, in the order of the table`, () => {
      const told = rowsBelow(heading).map(([word = '', , , todo = '']) => [word.replaceAll('`', ''), todo]);
      const known = Object.entries(rows).map(([word, { todo }]) => [
        word.startsWith('Other') ? 'any other' : word,
        todo,
      ]);
      assert.deepEqual(told, known);
    });

    test(`says a number of seconds for every grace of “${heading}”`, () => {
      const cells = rowsBelow(heading);
      for (const [index, { policy }] of Object.values(rows).entries()) {
        if (policy.type === 'grace')
          assert.ok(cells[index]?.[2]?.includes(`${policy.graceMs / 1000} s`), cells[index]?.[0]);
      }
    });
  }

  test('no word has two meanings', () => {
    const words = [ownReasons, createReasons, startReasons, rejectReasons, endReasons].flatMap((rows) =>
      Object.keys(rows),
    );
    const twice = words.filter((word, index) => words.indexOf(word) !== index);
    assert.deepEqual(twice, []);
  });

  test('every sentence that ends a message is a whole one', () => {
    for (const [, rows] of parts) {
      for (const [word, { todo }] of Object.entries(rows)) assert.match(todo, /^[A-Z`].*\.$/, word);
    }
  });

  test('the table is the only place of the words that are shown', () => {
    const files = globSync('src/executors/kubernetes/reasons/*.ts', { cwd: checkout });
    const made = files.flatMap((file) =>
      Array.from(readFileSync(join(checkout, file), 'utf8').matchAll(/reason: '([A-Z]\w+)'/g), ([, word = '']) => word),
    );
    const known = new Set(parts.flatMap(([, rows]) => Object.keys(rows)));
    assert.deepEqual(
      made.filter((word) => !known.has(word)),
      [],
    );
  });
});
