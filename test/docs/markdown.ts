import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './documents.ts';

/** A fenced block of a document. */
export interface FencedBlock {
  /** The document, relative to the checkout. */
  readonly document: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  /** The words behind the language: what a test is to do with the block. */
  readonly words: readonly string[];
  readonly text: string;
}

/** The fenced blocks of a document, in order. @throws {Error} for a fence that is never closed */
export function fencedBlocks(document: string): readonly FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open: { readonly line: number; readonly info: string; readonly lines: string[] } | undefined;
  for (const [index, line] of readFileSync(join(checkout, document), 'utf8').split('\n').entries()) {
    if (open === undefined) {
      const info = /^```(.*)$/.exec(line)?.[1];
      if (info !== undefined) open = { line: index + 1, info, lines: [] };
    } else if (line === '```') {
      const [language = '', ...words] = open.info.trim().split(/\s+/);
      blocks.push({ document, line: open.line, language, words, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== undefined) throw new Error(`${document}:${open.line}: this fence is never closed.`);
  return blocks;
}

/** A document without its fenced blocks, line by line as it was. */
export function proseOf(document: string): string {
  const lines = readFileSync(join(checkout, document), 'utf8').split('\n');
  let isFenced = false;
  const prose = lines.map((line) => {
    const isFence = line.startsWith('```');
    if (isFence) isFenced = !isFenced;
    return isFence || isFenced ? '' : line;
  });
  return prose.join('\n');
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(document: string): ReadonlySet<string> {
  const headings = proseOf(document).matchAll(/^#{1,6} (.+)$/gm);
  return new Set(Array.from(headings, ([, heading = '']) => anchorOf(heading)));
}

function anchorOf(heading: string): string {
  const text = heading.replaceAll(/[`*]/g, '').trim().toLowerCase();
  return text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
}
