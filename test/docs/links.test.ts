import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { describe, test } from 'node:test';
import { checkout, documents } from './documents.ts';
import { anchorsOf, proseOf } from './markdown.ts';

/** Relative links of a document: what they point at, as written. */
function linksOf(document: string): readonly string[] {
  const links = proseOf(document).matchAll(/\]\(([^)\s]+)\)/g);
  return Array.from(links, ([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target));
}

function isBroken(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document : posix.join(posix.dirname(document), path);
  if (!existsSync(join(checkout, target))) return true;
  return anchor !== undefined && !anchorsOf(target).has(anchor);
}

const sources = globSync('{src,test,tools,bin}/**/*.{ts,mjs,py,sql}', { cwd: checkout });
const names = new Set(sources.map((path) => basename(path)));

/** Words in backquotes that name a file of ours: with a folder, or a source file alone. Placeholders are in capitals. */
function filesNamedIn(document: string): readonly string[] {
  const words = Array.from(proseOf(document).matchAll(/`([^`\s]+)`/g), ([, word = '']) => word);
  return words.filter(
    (word) => /^(?:(?:src|test|docs|tools|bin|\.ci)\/)?[\w./-]+$/.test(word) && !/[A-Z]{3}/.test(word),
  );
}

function isMissing(word: string): boolean {
  if (/^(?:src|test|docs|tools|bin|\.ci)\//.test(word)) return !existsSync(join(checkout, word));
  return /^[a-z0-9/-]+(?:\.test)?\.ts$/.test(word) && !names.has(basename(word));
}

describe('the documents', () => {
  for (const document of documents) {
    test(`${document} links to nothing that is not there`, () => {
      assert.deepEqual(
        linksOf(document).filter((link) => isBroken(document, link)),
        [],
      );
    });

    test(`${document} names no file that is not there`, () => {
      assert.deepEqual(filesNamedIn(document).filter(isMissing), []);
    });
  }

  test('each can be reached from the README', () => {
    const reached = new Set<string>();
    const waiting = ['README.md'];
    for (let document = waiting.pop(); document !== undefined; document = waiting.pop()) {
      if (reached.has(document) || !document.endsWith('.md')) continue;
      reached.add(document);
      const from = posix.dirname(document);
      waiting.push(...linksOf(document).map((link) => posix.join(from, link.split('#')[0] ?? '')));
    }
    // The decisions are linked to as a folder.
    assert.deepEqual(
      documents.filter((document) => !reached.has(document) && !document.startsWith('docs/adr/')),
      [],
    );
  });
});
