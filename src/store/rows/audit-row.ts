import type { Generated } from 'kysely';
import type { AuditFact, AuditVerb } from '../../core/audit.ts';
import type { Instant } from '../../core/instant.ts';
import { principalKey } from '../../core/principal.ts';
import { parseJsonObject } from './json-column.ts';

/** One row of `audit_log`. `seq` is the order of appending, which a changed clock does not disturb. */
export interface AuditRow {
  seq: Generated<number>;
  at: Instant;
  verb: AuditVerb;
  principal: string | null;
  principal_issuer: string | null;
  principal_id: string | null;
  principal_name: string | null;
  target: string;
  correlation_id: string;
  details: string;
}

/** The columns of a fact that is appended. */
export function auditToRow(fact: AuditFact): Omit<AuditRow, 'seq'> {
  const { principal } = fact;
  return {
    at: fact.at,
    verb: fact.verb,
    principal: principal === undefined ? null : principalKey(principal),
    principal_issuer: principal?.issuer ?? null,
    principal_id: principal?.id ?? null,
    principal_name: principal?.displayName ?? null,
    target: fact.target,
    correlation_id: fact.correlationId,
    details: JSON.stringify(fact.details),
  };
}

/** The fact that a row holds. */
export function auditFromRow(row: Omit<AuditRow, 'seq'>): AuditFact {
  const { principal_issuer: issuer, principal_id: id, principal_name: displayName } = row;
  return {
    at: row.at,
    verb: row.verb,
    principal: issuer === null || id === null || displayName === null ? undefined : { issuer, id, displayName },
    target: row.target,
    correlationId: row.correlation_id,
    details: detailsFromColumn(row.details),
  };
}

function detailsFromColumn(text: string): Record<string, string | number | boolean> {
  const details: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(parseJsonObject('audit_log.details', text))) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') details[name] = value;
    else throw new Error(`The detail ${name} in audit_log.details is not a plain value. Restore a backup.`);
  }
  return details;
}
