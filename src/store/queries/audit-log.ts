import type { Kysely } from 'kysely';
import { principalKey } from '../../core/principal.ts';
import type { AuditLog } from '../../ports/audit-log.ts';
import { auditFromRow, auditToRow } from '../rows/audit-row.ts';
import type { Tables } from '../rows/tables.ts';

/** The audit log in a database. */
export function createAuditLog(db: Kysely<Tables>): AuditLog {
  return {
    async append(fact) {
      await db.insertInto('audit_log').values(auditToRow(fact)).execute();
    },
    async contains({ verb, principal, target }) {
      const found = await db
        .selectFrom('audit_log')
        .select('seq')
        .where('target', '=', target)
        .where('verb', '=', verb)
        .$call((query) =>
          principal === undefined
            ? query.where('principal', 'is', null)
            : query.where('principal', '=', principalKey(principal)),
        )
        .limit(1)
        .executeTakeFirst();
      return found !== undefined;
    },
    async newest(limit) {
      const rows = await db.selectFrom('audit_log').selectAll().orderBy('seq', 'desc').limit(limit).execute();
      return rows.map(auditFromRow);
    },
    async prune(before) {
      const { numDeletedRows } = await db.deleteFrom('audit_log').where('at', '<', before).executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
