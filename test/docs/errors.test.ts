import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { exitCodes } from '../../src/cli/exit-code.ts';
import { ownReasons } from '../../src/core/failure.ts';
import { checkout } from './documents.ts';

const text = readFileSync(join(checkout, 'docs/errors.md'), 'utf8');
const kubernetes = readFileSync(join(checkout, 'docs/kubernetes-reasons.md'), 'utf8');

/** The first cells of the rows below a heading, without backquotes. */
function firstCells(heading: string): readonly string[] {
  const section = text.split(`${heading}\n`)[1]?.split(/^##/m)[0] ?? '';
  const cells = Array.from(section.matchAll(/^\| `?([^`|]+?)`? \|/gm), ([, cell = '']) => cell);
  return cells.filter((cell) => cell !== 'reason' && cell !== 'exit code' && cell !== '---');
}

describe('docs/errors.md', () => {
  test('says of every reason of ours what to do about it, in the order of the catalogue', () => {
    const own = Object.keys(ownReasons);
    assert.deepEqual(firstCells('### What to do about it'), own);
  });

  test('has every reason that the code makes up', () => {
    const words = new Set(firstCells('### What to do about it').concat(firstCells('### Words that are no failure')));
    for (const [, word = ''] of kubernetes.matchAll(/^\| `(\w+)` \|/gm)) words.add(word);
    const made = globSync('src/{wire,worker,executors}/**/*.ts', { cwd: checkout }).flatMap((file) =>
      Array.from(readFileSync(join(checkout, file), 'utf8').matchAll(/reason: '([A-Z]\w+)'/g), ([, word = '']) => word),
    );
    assert.ok(made.length > 0);
    assert.deepEqual(
      made.filter((word) => !words.has(word)),
      [],
    );
  });

  test('has every exit code that is the command line’s own', () => {
    assert.deepEqual(firstCells('## Exit codes of the command line'), Object.values(exitCodes).map(String));
  });
});
