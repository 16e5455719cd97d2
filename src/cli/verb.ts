import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** What a verb is called with. */
export interface VerbCall {
  readonly context: CliContext;
  /** The operands, in order; what stands behind `--` included. */
  readonly operands: readonly string[];
  /** Options by camelCase name; read them with `given-options.ts`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** As in the context; absent where another verb runs this one and sees to its end itself. */
  readonly onTerminate?: CliContext['onTerminate'];
}

/** A line that one could type, and what it does. */
export interface Example {
  readonly line: string;
  readonly explains: string;
}

/** A verb's own file: imported only when the verb is used, or its help is asked for. */
export interface VerbBody {
  /** Paragraphs under the summary; what the exit codes are, and what one should know. */
  readonly description: string;
  readonly examples: readonly Example[];
  /** Declares operands and options. */
  configure(command: Command): void;
  /** The exit code of whatever `run` throws that is not a mistake of usage; 1 where it is absent. */
  readonly failureExitCode?: number;
  /** What stdout gets whenever the exit code is not 0, for a verb whose output a shell takes as its own lines. */
  readonly failureOutput?: string;
  /** @returns the exit code. */
  run(call: VerbCall): Promise<number>;
}

/** A verb as the table knows it. */
export interface Verb {
  /** One word; two for a verb within a group: `cluster list`. */
  readonly name: string;
  /** One line, in the imperative, without a full stop. */
  readonly summary: string;
  readonly load: () => Promise<VerbBody>;
}

/** A verb that `main` adds, because it needs rooms that the command line may not see. */
export type ServerVerb = Verb;
