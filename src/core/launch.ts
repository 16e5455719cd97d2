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
  /** The caller's token for the cluster's API: the command acts with it, and nobody else sees it. */
  readonly clusterToken?: string;
}

/** A payload with its files unpacked. They may be many megabytes: held only until the command was started. */
export interface UnpackedPayload {
  readonly text: string;
  readonly files: readonly AttachedFile[];
  readonly clusterToken?: string;
}

/**
 * Records what a command is about to run in: a word of the executor's own for exactly these means, and no others that
 * might be made later under the same name. Resolves once it is on disk.
 * @throws when the command is not the worker's any more, or has other means: then nothing may begin.
 */
export type Admit = (means: string) => Promise<void>;

/** Everything that an executor needs to start a command. */
export interface Launch extends UnpackedPayload {
  readonly commandId: CommandId;
  readonly clusterUid: ClusterUid;
  readonly shell: Shell;
  /** The identity in the cluster that the command runs as; the cluster's own default where there is none. */
  readonly serviceAccount?: string;
  readonly startMs: number;
  readonly timeoutMs: number;
  readonly graceMs: number;
  /** More output than this is not stored; the spool need not hold much more. */
  readonly outputLimitBytes: number;
  /** The means that an earlier worker was admitted with. It may have begun in these, and must not in any others. */
  readonly means?: string;
  /**
   * For executors whose means others can remove: asked before the command can begin. So a command whose means are gone
   * is known to have begun in them, perhaps, or not to have begun at all.
   */
  readonly admit: Admit;
}
