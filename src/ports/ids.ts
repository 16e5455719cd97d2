import type { ClusterUid, CommandId, LeaseToken, WorkerId } from '../core/command-id.ts';

/** Where every random value comes from. All are unguessable (at least 122 random bits). */
export interface Ids {
  commandId(): CommandId;
  clusterUid(): ClusterUid;
  leaseToken(): LeaseToken;
  workerId(): WorkerId;
  /** A UUID, version 4: client ids, role assignments, request ids. */
  uuid(): string;
  /** A secret of at least 160 random bits, URL-safe. */
  secret(): string;
}
