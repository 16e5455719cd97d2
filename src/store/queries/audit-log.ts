import type { Kysely } from 'kysely';
import type { AuditVerb } from '../../core/audit.ts';
import { principalKey } from '../../core/principal.ts';
import type { AuditLog } from '../../ports/audit-log.ts';
import { type AuditRow, auditFromRow, auditToRow } from '../rows/audit-row.ts';
import type { Tables } from '../rows/tables.ts';
import { prepare } from './prepared.ts';
import type { Session } from './session.ts';

interface Act {
  readonly verb: AuditVerb;
  readonly target: string;
}

const insert = prepare((db, row: Omit<AuditRow, 'seq'>) => db.insertInto('audit_log').values(row));

const ofNobody = prepare((db, { verb, target }: Act) => acts(db, verb, target).where('principal', 'is', null));

const ofPrincipal = prepare((db, { verb, target, principal }: Act & { readonly principal: string }) =>
  acts(db, verb, target).where('principal', '=', principal),
);

function acts(db: Kysely<Tables>, verb: AuditVerb, target: string) {
  return db.selectFrom('audit_log').select('seq').where('target', '=', target).where('verb', '=', verb).limit(1);
}

/** The audit log in a database. */
export function createAuditLog(session: Session): AuditLog {
  return {
    async append(fact) {
      await insert.change(session, auditToRow(fact));
    },
    async contains({ verb, principal, target }) {
      const found =
        principal === undefined
          ? await ofNobody.first(session, { verb, target })
          : await ofPrincipal.first(session, { verb, target, principal: principalKey(principal) });
      return found !== undefined;
    },
    async newest(limit) {
      const rows = await session.db.selectFrom('audit_log').selectAll().orderBy('seq', 'desc').limit(limit).execute();
      return rows.map(auditFromRow);
    },
    async prune(before) {
      const { numDeletedRows } = await session.db
        .deleteFrom('audit_log')
        .where('at', '<', before)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
