/** One line of a script that does something. What each means is in `docs/scripted-executor.md`. */
export type Step =
  | { readonly type: 'write'; readonly bytes: Uint8Array }
  | { readonly type: 'fill'; readonly length: number }
  | { readonly type: 'sleep'; readonly durationMs: number }
  | { readonly type: 'wait'; readonly path: string }
  | { readonly type: 'ignoreTerm' }
  | { readonly type: 'exit'; readonly exitCode: number }
  | { readonly type: 'killed'; readonly reason: string; readonly message: string; readonly exitCode?: number }
  | { readonly type: 'lost'; readonly message: string };

/** Something that keeps the command from starting for a while. */
export interface PendingStep {
  readonly reason: string;
  readonly message: string;
  readonly durationMs: number;
}

/** A script that was understood. */
export interface Script {
  readonly refusal?: { readonly reason: string; readonly message: string };
  /** What is seen before the start, in order. */
  readonly pending: readonly PendingStep[];
  /** Lines that are appended to files when the command is started. */
  readonly appends: readonly { readonly path: string; readonly line: string }[];
  readonly steps: readonly Step[];
}

/** A line that was not understood. */
export interface ScriptError {
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}
