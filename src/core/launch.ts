import type { ClusterUid, CommandId } from './command-id.ts';
import type { Shell } from './cluster.ts';

/** A file that came with a command. The path is relative, with `/` between segments, and checked by `wire`. */
export interface AttachedFile {
  readonly path: string;
  /** Permission bits, for example 0o644. */
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/** What a command runs, as it arrived: kept sealed at rest and erased when the command ends. */
export interface CommandPayload {
  readonly text: string;
  /** The archive of the files that came with it. It was checked whole, and stays packed until a worker asks for it. */
  readonly context?: Uint8Array;
}

/** A payload with its files unpacked. They may be many megabytes: held only until the command was started. */
export interface UnpackedPayload {
  readonly text: string;
  readonly files: readonly AttachedFile[];
}

/** Everything that an executor needs to start a command. */
export interface Launch extends UnpackedPayload {
  readonly commandId: CommandId;
  readonly clusterUid: ClusterUid;
  readonly shell: Shell;
  readonly timeoutMs: number;
  readonly graceMs: number;
}
