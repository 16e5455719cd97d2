import type { AuditFact } from '../core/audit.ts';
import type { Instant } from '../core/instant.ts';

/** An append-only record of who did what. Rows are never changed, and removed only by age. */
export interface AuditLog {
  append(fact: AuditFact): Promise<void>;
  /** Whether there is a row with this verb, principal and target: what makes a read the *first* read. */
  contains(fact: Pick<AuditFact, 'verb' | 'principal' | 'target'>): Promise<boolean>;
  /** The newest rows first, at most `limit`. */
  newest(limit: number): Promise<readonly AuditFact[]>;
  /** Removes rows older than `before`. */
  prune(before: Instant): Promise<number>;
}
