import { randomBytes, randomUUID } from 'node:crypto';
import type { ClusterUid, CommandId, LeaseToken, WorkerId } from '../core/command-id.ts';
import type { Ids } from '../ports/ids.ts';

/** Random values from the operating system. */
export const randomIds: Ids = {
  commandId: () => randomUUID().replaceAll('-', '') as CommandId,
  clusterUid: () => randomUUID() as ClusterUid,
  leaseToken: () => randomBytes(16).toString('base64url') as LeaseToken,
  workerId: () => randomUUID() as WorkerId,
  uuid: () => randomUUID(),
  secret: () => randomBytes(32).toString('base64url'),
};
