/** A document, or a part of one between two comments, that is made from code. */
export interface GeneratedText {
  /** The document, relative to the checkout. */
  readonly document: string;
  /** The name in the comments around the part; left out where all of the document is generated. */
  readonly block?: string;
  /** Makes the text. */
  generate(): string | Promise<string>;
}

const opening = (block: string): string => `<!-- generated: ${block}, by \`npm run docs\` -->`;
const closing = (block: string): string => `<!-- end of generated: ${block} -->`;

/**
 * Puts a generated text into its document.
 * @param current the document as it is
 * @returns the document as it should be
 * @throws {Error} when the document lacks the two comments
 */
export function replaceBlock(current: string, { document, block }: GeneratedText, text: string): string {
  if (block === undefined) return `${text.trimEnd()}\n`;
  const start = current.indexOf(opening(block));
  const end = current.indexOf(closing(block));
  if (start < 0 || end < start) {
    throw new Error(`${document} lacks the comments "${opening(block)}" and "${closing(block)}", in this order.`);
  }
  return `${current.slice(0, start)}${opening(block)}\n\n${text.trim()}\n\n${current.slice(end)}`;
}
