import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { endOf } from '../clients/end-of.ts';
import type { Reader } from './documented-server.ts';
import { documents } from './documents.ts';
import { type FencedBlock, fencedBlocks } from './markdown.ts';

/** What an example needs of the machine beside a shell; `undefined` for nothing. */
export type ExampleNeed = 'az' | 'kubernetes' | 'python' | undefined;

/** A block that a reader pastes into a shell, and what belongs to it. */
interface Example {
  readonly block: FencedBlock;
  /** The blocks before it in its document that prepare the shell. */
  readonly setup: readonly FencedBlock[];
  /** The files that its document tells the reader to write. */
  readonly files: readonly FencedBlock[];
  /** What the document says that it prints; `undefined` where it does not say. */
  readonly prints: string | undefined;
}

/**
 * Declares a test for each example with this need: ```` ```sh run ````, ```` ```sh run az ````, and so on. Blocks
 * marked `setup` come before each of them, blocks marked `file=NAME` are written to the folder where they run, and a
 * block ```` ```text prints ```` that follows is what they print.
 */
export function testExamples(need: ExampleNeed, reader: () => Reader): void {
  for (const document of documents) {
    const examples = examplesOf(document).filter(({ block }) => needOf(block) === need);
    if (examples.length === 0) continue;
    describe(document, () => {
      for (const example of examples) {
        const [firstLine = ''] = example.block.text.split('\n');
        test(`line ${example.block.line} does what it says: ${firstLine}`, () => tryOut(example, reader()));
      }
    });
  }
}

function examplesOf(document: string): readonly Example[] {
  const blocks = fencedBlocks(document);
  const files = blocks.filter((block) => fileOf(block) !== undefined);
  return blocks.flatMap((block, index) => {
    const { language, words } = block;
    if (language !== 'sh' || !words.includes('run') || words.includes('setup')) return [];
    const setup = blocks.slice(0, index).filter((each) => each.words.includes('setup'));
    const next = blocks[index + 1];
    return [{ block, setup, files, prints: next?.words.includes('prints') === true ? next.text : undefined }];
  });
}

function needOf({ words }: FencedBlock): ExampleNeed {
  return (['az', 'kubernetes', 'python'] as const).find((need) => words.includes(need));
}

function fileOf({ words }: FencedBlock): string | undefined {
  return words.find((word) => word.startsWith('file='))?.slice('file='.length);
}

async function tryOut({ block, setup, files, prints }: Example, reader: Reader): Promise<void> {
  const cwd = mkdtempSync(join(reader.home, 'example-'));
  for (const file of files) writeFileSync(join(cwd, basename(fileOf(file) ?? '')), file.text);
  const script = [...setup, block].map(({ text }) => text).join('');
  const { code, stdout, stderr } = await endOf('bash', ['-eu', '-s'], { cwd, env: reader.environment, stdin: script });
  assert.equal(code, 0, `${block.document}:${block.line} ended with ${code}.\n${stdout}\n${stderr}`);
  if (prints !== undefined) assert.equal(withoutIds(stdout), withoutIds(prints), stderr);
}

/** Ids and times differ each time; documents show those of the day they were written. */
function withoutIds(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{32}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?/g, 'TIME');
}
