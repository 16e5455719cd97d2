import type { CommandFacts, Lease, SealedOutput } from '../../src/core/command.ts';
import { type CommandId, type LeaseToken, parseCommandId, type WorkerId } from '../../src/core/command-id.ts';
import type { ClusterUid } from '../../src/core/command-id.ts';
import { type Instant, parseRfc3339 } from '../../src/core/instant.ts';

/** The id in the API reference's example results. */
export const exampleId = 'def7b3ea71bd4f7e9d226ddbc0f00ad9';

/** An instant by its RFC 3339 form. */
export function at(text: string): Instant {
  const instant = parseRfc3339(text);
  if (instant === undefined) throw new Error(`not a time: ${text}`);
  return instant;
}

/** The facts of a command, with what a test wants otherwise. */
export function facts(otherwise: Partial<CommandFacts> = {}): CommandFacts {
  return {
    id: commandId(exampleId),
    clusterUid: 'uid-1' as ClusterUid,
    submittedBy: { issuer: 'https://issuer', id: 'oid-1', displayName: 'pipeline' },
    submittedAt: at('2021-02-17T00:28:18.250Z'),
    textSha256: '00',
    timeoutMs: 60_000,
    graceMs: 30_000,
    startMs: 300_000,
    queueDeadline: at('2021-02-17T01:28:18Z'),
    outputLimitBytes: 1024,
    payloadBytes: 100,
    strict: false,
    ...otherwise,
  };
}

/** Sealed output of this many bytes. */
export function sealed(storedBytes: number, otherwise: Partial<SealedOutput> = {}): SealedOutput {
  return { storedBytes, totalBytes: storedBytes, sha256: 'ab'.repeat(32), complete: true, ...otherwise };
}

/** A lease that no result shows. */
export const lease: Lease = {
  workerId: 'worker-1' as WorkerId,
  token: 'secret-lease-token' as LeaseToken,
  expiresAt: at('2021-02-17T00:30:00Z'),
};

function commandId(text: string): CommandId {
  const id = parseCommandId(text);
  if (id === undefined) throw new Error(`not a command id: ${text}`);
  return id;
}
