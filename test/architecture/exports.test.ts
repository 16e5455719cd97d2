import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unexplainedExports } from './exports.ts';
import { filesMatching } from './source-files.ts';

describe('exports', () => {
  test('every export under src has a docstring', () => {
    assert.deepEqual(filesMatching(/^src\/.*\.ts$/).flatMap(unexplainedExports), []);
  });

  const complaints = (text: string) => unexplainedExports({ path: 'x.ts', text }).length;

  for (const text of [
    'export const a = 1;',
    '// A note.\nexport function a(): void {}',
    '/* A note. */\nexport class A {}',
    '/** Far away. */\n\nexport type A = 1;',
    'const a = 1;\nexport { a };',
    '/** One. */\nexport const a = 1;\nexport const b = 2;',
  ]) {
    test(`without a docstring is: ${JSON.stringify(text)}`, () => assert.equal(complaints(text), 1));
  }

  for (const text of [
    '/** A. */\nexport const a = 1;',
    '/**\n * A.\n */\nexport interface A {}',
    '/** A. */\nexport function a(x: 1): 1;\nexport function a(x: 2): 2;',
    "export { a } from './a.ts';\nexport type {\n  B,\n} from './b.ts';",
  ]) {
    test(`with a docstring is: ${JSON.stringify(text)}`, () => assert.equal(complaints(text), 0));
  }
});
