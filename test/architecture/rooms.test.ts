import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { forbiddenImports, importsOf, parseRoomTable } from './rooms.ts';
import { checkout, filesMatching } from './source-files.ts';

const page = readFileSync(join(checkout, 'docs/architecture.md'), 'utf8');

describe('rooms', () => {
  test('no file under src imports what the table in docs/architecture.md does not allow', () => {
    assert.deepEqual(forbiddenImports(filesMatching(/^src\/.*\.ts$/), parseRoomTable(page)), []);
  });

  test('every room of the table has a folder', () => {
    const empty = [...parseRoomTable(page).keys()].filter((room) => !existsSync(join(checkout, 'src', room)));
    assert.deepEqual(empty, []);
  });

  test('no two rooms import each other, not even through a third', () => {
    const table = parseRoomTable(page);
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
      const allowed = table.get(from);
      if (allowed === undefined || allowed === 'all' || seen.has(from)) return false;
      seen.add(from);
      return allowed.has(to) || [...allowed].some((next) => reaches(next, to, seen));
    };
    assert.deepEqual(
      [...table.keys()].filter((room) => reaches(room, room)),
      [],
    );
  });
});

describe('the check of rooms', () => {
  const table = parseRoomTable(
    '## Rooms\n| room | may import | x |\n| a | none | x |\n| b | a | x |\n| m | all | x |\n',
  );
  const judge = (path: string, text: string) => forbiddenImports([{ path, text }], table);

  const forbidden: readonly (readonly [what: string, path: string, text: string])[] = [
    ['an import', 'src/a/x.ts', "import { y } from '../b/y.ts';"],
    ['a type import over several lines', 'src/a/x.ts', "import type {\n  Y,\n  Z,\n} from '../b/y.ts';"],
    ['an import for its effect', 'src/a/x.ts', "import '../b/y.ts';"],
    ['a re-export', 'src/a/x.ts', "export * from '../b/y.ts';"],
    ['a dynamic import', 'src/a/deep/x.ts', "  const y = await import('../../b/y.ts');"],
    ['a type taken by import()', 'src/a/x.ts', "type Y = import('../b/y.ts').Y;"],
    ['a computed import', 'src/a/x.ts', 'const y = await import(name);'],
    ['a way around through the room’s own name', 'src/a/x.ts', "import { y } from '../a/../b/y.ts';"],
    ['an import from outside src', 'src/b/x.ts', "import { y } from '../../test/y.ts';"],
    ['a room that is not in the table', 'src/c/x.ts', ''],
    ['a file outside all rooms', 'src/x.ts', ''],
  ];
  for (const [what, path, text] of forbidden) {
    test(`${what} that the table does not allow is found`, () => assert.equal(judge(path, text).length, 1));
  }

  test('a package in a pure room is found', () => {
    const core = parseRoomTable('## Rooms\n| core | none | x |\n');
    assert.equal(forbiddenImports([{ path: 'src/core/x.ts', text: "import 'node:fs';" }], core).length, 1);
  });

  test('what the table allows is not complained about', () => {
    const text = "import { y } from '../a/y.ts';\nimport { z } from './z.ts';\nimport fs from 'node:fs';";
    assert.deepEqual(judge('src/b/x.ts', text), []);
    assert.deepEqual(judge('src/m/x.ts', text), []);
  });

  test('an import that a comment only mentions is not one', () => {
    assert.deepEqual(importsOf("/**\n * import { y } from '../b/y.ts';\n */\n// from '../b/y.ts'\n"), []);
  });

  test('a page without the table is refused', () => {
    assert.throws(() => parseRoomTable('# Architecture\n'), /no table of rooms/);
    assert.throws(() => parseRoomTable('## Rooms\n| a | z | x |\n'), /allows z/);
  });
});
