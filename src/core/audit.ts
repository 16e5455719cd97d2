import type { Instant } from './instant.ts';
import type { Principal } from './principal.ts';

/** What the audit log keeps a row of. */
export type AuditVerb =
  | 'command.submit'
  | 'command.read'
  | 'command.cancel'
  | 'command.delete'
  | 'cluster.write'
  | 'cluster.delete'
  | 'client.create'
  | 'client.delete'
  | 'roleAssignment.write'
  | 'roleAssignment.delete'
  | 'access.denied';

/** One row of the audit log. It never holds command text, file content or secrets. */
export interface AuditFact {
  readonly at: Instant;
  readonly verb: AuditVerb;
  /** `undefined` where the act was done on the data directory, by whoever may write there. */
  readonly principal: Principal | undefined;
  /** The ARM id, or the name, of what was acted on. */
  readonly target: string;
  readonly correlationId: string;
  /** A few small facts, for example the command's id and the sha256 of its text. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
}
