/** A defence, how to take it out, and the test that fails then. */
export interface Mutation {
  /** What is taken out, in words that follow "without". */
  readonly defence: string;
  readonly file: string;
  /** The text that is the defence; it stands in the file exactly once. */
  readonly original: string;
  readonly replacement: string;
  /** The file of the test. */
  readonly test: string;
}

/** The text of the mutant. @throws where the defence is not in the text exactly once: the list is out of date. */
export function mutate({ file, original, replacement }: Mutation, text: string): string {
  const parts = text.split(original);
  if (parts.length !== 2) throw new Error(`${file} holds this ${parts.length - 1} times, not once:\n${original}`);
  return parts.join(replacement);
}
