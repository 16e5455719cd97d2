import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfigFile } from '../../src/config/config-file.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { documents } from './documents.ts';
import { fencedBlocks } from './markdown.ts';

// What `npm run docs` writes is compared with the code that it comes from.
const written = documents.flatMap(fencedBlocks).filter(({ words }) => !words.includes('generated'));
const blocks = written.filter(({ language }) => language === 'yaml');

describe('the configurations in the documents', () => {
  test('each is marked as one, so that none goes unread', () => {
    const unmarked = blocks.filter(({ words }) => !words.includes('config'));
    assert.deepEqual(
      unmarked.map(({ document, line }) => `${document}:${line}`),
      [],
    );
  });

  for (const { document, line, text } of blocks) {
    test(`${document}:${line} is taken by the server`, () => {
      const file = parseConfigFile(`${document}:${line}`, text);
      const config = resolveConfig({ flags: {}, environment: { HOME: '/home/reader' }, file });
      assert.ok(
        config.clusters.length > 0 || config.publicUrl !== undefined,
        'It sets nothing of what it is there for.',
      );
    });
  }
});
