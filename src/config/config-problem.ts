/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** Where it was said: `--port`, `LONGARM_PORT`, or `longarm.yaml:3 (port)`. */
  readonly place: string;
  /** The rest of the sentence: what is wrong, and what would be right. */
  readonly problem: string;
}

/** The configuration cannot be used; the message lists every problem that was found, one on a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ place, problem }) => `  ${place} ${problem}`);
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${lines.join('\n')}`,
    );
    this.problems = problems;
  }
}
