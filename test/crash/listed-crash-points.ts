import { fencedBlocks } from '../docs/markdown.ts';

const document = 'docs/reliability.md';

/** The effects that the document lists for a scenario: each is a crash point before and one after it. */
export function listedEffects(scenario: string): readonly string[] {
  const words = ['crash-points', ...scenario.split(' ')].join(' ');
  const block = fencedBlocks(document).find((each) => each.words.join(' ') === words);
  if (block === undefined) throw new Error(`${document} has no block \`\`\`text ${words}.`);
  return block.text.trim() === '' ? [] : block.text.trimEnd().split('\n');
}

/** A crash point without its moment. */
export function effectOf(point: string): string {
  return point.replace(/^(?:before|(?:told )?in|after) /, '');
}
