import type { Brand } from './brand.ts';

/** The id of a command: 32 lower-case hex digits, as AKS writes it (a GUID without dashes). */
export type CommandId = Brand<string, 'CommandId'>;

/** The secret-free but unguessable value that proves a worker's right to a command. */
export type LeaseToken = Brand<string, 'LeaseToken'>;

/** Identifies one worker process for the life of that process. */
export type WorkerId = Brand<string, 'WorkerId'>;

/** The uid of a cluster resource. A cluster made anew under an old name gets a new one. */
export type ClusterUid = Brand<string, 'ClusterUid'>;

/** Parses a command id; `undefined` for anything but 32 lower-case hex digits. */
export function parseCommandId(text: string): CommandId | undefined {
  return /^[0-9a-f]{32}$/.test(text) ? (text as CommandId) : undefined;
}
