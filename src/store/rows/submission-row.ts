import type { ClusterUid, CommandId } from '../../core/command-id.ts';
import type { Instant } from '../../core/instant.ts';
import type { Submission } from '../../ports/command-store.ts';

/** One row of `submissions`. It outlives its command, so that a late retry never runs it a second time. */
export interface SubmissionRow {
  principal: string;
  cluster_uid: ClusterUid;
  key: string;
  body_sha256: string;
  command_id: CommandId;
  expires_at: Instant;
}

/** The columns of a submission. */
export function submissionToRow(principal: string, clusterUid: ClusterUid, submission: Submission): SubmissionRow {
  return {
    principal,
    cluster_uid: clusterUid,
    key: submission.key,
    body_sha256: submission.bodySha256,
    command_id: submission.commandId,
    expires_at: submission.expiresAt,
  };
}

/** The submission that a row holds. */
export function submissionFromRow(row: SubmissionRow): Submission {
  return { key: row.key, bodySha256: row.body_sha256, commandId: row.command_id, expiresAt: row.expires_at };
}
