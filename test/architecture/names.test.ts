import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hollowWords, typesDeclaredIn } from './names.ts';
import { filesMatching } from './source-files.ts';

const sources = filesMatching(/^(?:src|test|tools|bin|bench)\/.*\.m?[jt]sx?$/);

describe('names', () => {
  test('no file or folder has a name that says nothing', () => {
    assert.deepEqual(
      sources.map(({ path }) => path).filter((path) => hollowWords(path).length > 0),
      [],
    );
  });

  test('no type has a name that says nothing', () => {
    const named = sources.flatMap((file) => typesDeclaredIn(file).map((type) => `${file.path} ${type}`));
    assert.deepEqual(
      named.filter((line) => hollowWords(line.split(' ')[1] ?? '').length > 0),
      [],
    );
  });

  test('every file name is in kebab case', () => {
    assert.deepEqual(
      sources.map(({ path }) => path).filter((path) => !/^(?:[a-z0-9.-]+\/)*[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(path)),
      [],
    );
  });

  test('a hollow word is found in a folder, a file and a type, and only as a whole word', () => {
    for (const name of ['src/utils/x.ts', 'src/core/pod-manager.ts', 'PodInfo', 'BaseStore', 'src/a/data.ts']) {
      assert.equal(hollowWords(name).length, 1, name);
    }
    for (const name of ['src/core/database.ts', 'src/store/data-directory.ts', 'DataDirectory', 'Information']) {
      assert.equal(hollowWords(name).length, 0, name);
    }
  });
});

describe('file lengths', () => {
  const linesOf = (text: string) => text.split('\n').length - 1;

  test('no source file is longer than 300 lines', () => {
    const long = sources.filter(({ text }) => linesOf(text) > 300);
    assert.deepEqual(
      long.map(({ path }) => path),
      [],
    );
  });

  test('the median file under src has fewer than 100 lines', () => {
    const lengths = filesMatching(/^src\/.*\.ts$/)
      .map(({ text }) => linesOf(text))
      .toSorted((a, b) => a - b);
    assert.ok((lengths[Math.floor(lengths.length / 2)] ?? 0) < 100, `lengths: ${lengths.join(' ')}`);
  });
});
