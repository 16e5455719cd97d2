import type { ClusterUid, CommandId } from '../core/command-id.ts';
import type { Accepted, Command, Phase } from '../core/command.ts';
import type { Instant } from '../core/instant.ts';
import type { CommandPayload } from '../core/launch.ts';

/** How a request is known again when a client sends it twice. */
export interface Submission {
  /** Unique within principal and cluster: the idempotency key, or the client request id with the body's digest. */
  readonly key: string;
  /** sha256 of the request body, in hex. */
  readonly bodySha256: string;
  readonly commandId: CommandId;
  readonly expiresAt: Instant;
}

/** A page of a cluster's commands is asked for with these. */
export interface CommandQuery {
  readonly clusterUid: ClusterUid;
  readonly phases?: readonly Phase[];
  /** The key of a principal. */
  readonly submittedBy?: string;
  readonly submittedFrom?: Instant;
  readonly submittedTo?: Instant;
  /** Go on behind this command: it is the last of the page before. */
  readonly after?: { readonly submittedAt: Instant; readonly id: CommandId };
  readonly limit: number;
}

/** How many commands a cluster has in the queue, and how many are with a worker. */
export interface CommandCounts {
  readonly waiting: number;
  /** The sum of `payloadBytes` of those in the queue. */
  readonly waitingBytes: number;
  readonly active: number;
}

/**
 * The commands. Every change of a command is one `save` of a transition that `core/transition.ts` made, under the
 * revision it was made from; nothing else writes one. Calls within a transaction see each other.
 */
export interface CommandStore {
  /** Stores a new command with its payload, sealed. */
  insert(command: Accepted, payload: CommandPayload): Promise<void>;
  /**
   * Replaces the command whose stored revision is `fromRevision`. A terminal command's payload is erased with it.
   * @returns false when the stored revision is another one: somebody else moved it, and nothing was written.
   */
  save(command: Command, fromRevision: number): Promise<boolean>;
  /** By cluster *and* id: a command of another cluster is not found. */
  find(clusterUid: ClusterUid, id: CommandId): Promise<Command | undefined>;
  /** By id alone, for workers and sweeps. */
  get(id: CommandId): Promise<Command | undefined>;
  /** @throws {SealError} when it was sealed under another key. @returns undefined once it is erased. */
  payload(id: CommandId): Promise<CommandPayload | undefined>;
  /** Removes the command and what hangs on it. Idempotent. */
  remove(id: CommandId): Promise<void>;

  /** The newest first (by `submittedAt`, then id). */
  page(query: CommandQuery): Promise<readonly Command[]>;
  counts(clusterUid: ClusterUid): Promise<CommandCounts>;
  /** How many accepted commands of its cluster are before it. */
  queuePosition(command: Accepted): Promise<number>;

  /**
   * The oldest command that a worker may take next: accepted, in a cluster with fewer than its `concurrent`
   * commands active; or launching or running with a lease that is over.
   * @param concurrentByDefault for clusters that set no limit of their own.
   */
  nextClaimable(now: Instant, concurrentByDefault: number): Promise<Command | undefined>;
  /** Commands with a lease, for the start of a server that is the only one. */
  leased(): Promise<readonly Command[]>;
  /** Claimed commands whose lease is over, and accepted ones past their queue deadline. */
  overdue(now: Instant, limit: number): Promise<readonly Command[]>;
  /** Unfinished commands of one cluster. */
  unfinished(clusterUid: ClusterUid): Promise<readonly Command[]>;
  /** Which of these ids belong to commands that are not finished. */
  unfinishedAmong(ids: readonly CommandId[]): Promise<readonly CommandId[]>;
  /** Which of these ids belong to commands that are stored at all. */
  knownAmong(ids: readonly CommandId[]): Promise<readonly CommandId[]>;
  /** Finished commands whose retention (the cluster's, or the one given) is over, the oldest first. */
  prunable(now: Instant, retentionMsByDefault: number, limit: number): Promise<readonly Command[]>;
  /** How many commands there are in each phase: a metric. */
  countByPhase(): Promise<Readonly<Partial<Record<Phase, number>>>>;

  /** An unexpired submission under this key. */
  findSubmission(
    principalKey: string,
    clusterUid: ClusterUid,
    key: string,
    now: Instant,
  ): Promise<Submission | undefined>;
  addSubmission(principalKey: string, clusterUid: ClusterUid, submission: Submission): Promise<void>;
  pruneSubmissions(now: Instant): Promise<number>;
}
