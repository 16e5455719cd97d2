import type { AuditRow } from './audit-row.ts';
import type { ClientRow } from './client-row.ts';
import type { ClusterRow } from './cluster-row.ts';
import type { CommandRow } from './command-row.ts';
import type { CredentialRow } from './credential-row.ts';
import type { PayloadRow } from './payload-row.ts';
import type { RoleAssignmentRow } from './role-assignment-row.ts';
import type { SigningKeyRow } from './signing-key-row.ts';
import type { SubmissionRow } from './submission-row.ts';

/** Every table of the database and the rows in it, as Kysely types the queries. */
export interface Tables {
  commands: CommandRow;
  command_payloads: PayloadRow;
  submissions: SubmissionRow;
  clusters: ClusterRow;
  cluster_credentials: CredentialRow;
  clients: ClientRow;
  role_assignments: RoleAssignmentRow;
  audit_log: AuditRow;
  signing_keys: SigningKeyRow;
}
