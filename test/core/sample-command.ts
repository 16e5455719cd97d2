import type { ClusterUid, CommandId, LeaseToken, WorkerId } from '../../src/core/command-id.ts';
import type { CommandFacts, SealedOutput } from '../../src/core/command.ts';
import { addMs, instantFromMs } from '../../src/core/instant.ts';

/** A point in time to count from. */
export const start = instantFromMs(1_760_000_000_000);

/** The facts of a command with small, round limits. */
export const facts: CommandFacts = {
  id: '0e9872e6629349dc865e27ee6f8bab2d' as CommandId,
  clusterUid: 'c1' as ClusterUid,
  submittedBy: { issuer: 'https://issuer.example', id: 'someone', displayName: 'Someone' },
  submittedAt: start,
  textSha256: 'ab'.repeat(32),
  timeoutMs: 60_000,
  graceMs: 5_000,
  startMs: 10_000,
  queueDeadline: addMs(start, 30_000),
  outputLimitBytes: 1000,
  payloadBytes: 100,
  strict: false,
};

/** Output as a worker seals it. */
export const output: SealedOutput = { storedBytes: 3, totalBytes: 3, sha256: 'cd'.repeat(32), complete: true };

/** The n-th worker. */
export const worker = (n: number) => `worker-${n}` as WorkerId;

/** The n-th lease. */
export const token = (n: number) => `token-${n}` as LeaseToken;
