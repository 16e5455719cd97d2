import type { Readable, Writable } from 'node:stream';
import type { ClientClock } from '../client/client-clock.ts';
import type { Environment } from '../config/option.ts';
import type { ServerVerb } from './verb.ts';

/** Somewhere that text or bytes go to. */
export interface Terminal {
  readonly stream: Writable;
  /** Whether a person looks at it. */
  readonly isTTY: boolean;
  /** How wide it is at the moment; 80 where that is not known. */
  columns(): number;
}

/** What the command line needs from the process it runs in. `main` makes it; nothing here reads `process`. */
export interface CliContext {
  readonly stdin: Readable;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly environment: Environment;
  /** The directory that relative paths start from. */
  readonly workingDirectory: string;
  readonly version: string;
  readonly clock: ClientClock;
  /** Calls the listener at each interrupt (Ctrl-C), which then does not end the process. @returns how to stop that. */
  onInterrupt(listener: () => void): () => void;
  /** Calls the listener at a request to end (SIGTERM), which then does not end the process. @returns how to stop that. */
  onTerminate(listener: () => void): () => void;
  /** Whether stdin is a pipe, or a file with something in it. Nothing is read for that. */
  stdinHasInput(): boolean;
  setExitCode(code: number): void;
  /** What `main` adds: `serve`, `quickstart`, `doctor`, `client create` and so on. */
  readonly serverVerbs: readonly ServerVerb[];
}
