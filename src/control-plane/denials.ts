import type { AuditFact } from '../core/audit.ts';
import { principalKey } from '../core/principal.ts';
import type { Action } from '../core/role.ts';
import { rootScope, type Scope } from '../core/scope.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Actor } from './dependencies.ts';

const windowMs = 60_000;
/** How many different denials of one principal get a row at once, in each window. */
const distinctLimit = 10;

/**
 * Denials in the audit: each is counted there, and nobody can fill the disk with them. The first of an action at a
 * scope leaves its row at once. Those after it within a minute are counted, and so are those beyond ten different ones
 * of a principal, whose places are not told apart (docs/adr/0014-denials-are-counted.md); a row with the count
 * (`repeats`) follows when the minute is over.
 */
export interface DenialLog {
  /** @throws what the store throws when the row cannot be written; it is counted then. */
  record(actor: Actor, action: Action, scope: Scope): Promise<void>;
  /**
   * Writes the counts of minutes that are over, or of all. Called now and then, and at the end.
   * @throws what the store throws; the counts are kept for the next time.
   */
  flush(which?: 'over' | 'all'): Promise<void>;
}

interface Count {
  readonly action: Action | '*';
  readonly scope: Scope;
  repeats: number;
  last: Actor;
}

interface Window {
  readonly endMs: number;
  readonly counts: Map<string, Count>;
}

/** Denials of a server; what is counted is in memory, so a crash loses counts and no first denial. */
export function createDenialLog(store: Store, clock: Clock): DenialLog {
  const windows = new Map<string, Window>();
  let unwritten: AuditFact[] = [];

  const factOf = ({ action, scope, repeats, last }: Count): AuditFact => ({
    at: clock.now(),
    verb: 'access.denied',
    principal: last.principal,
    target: scope,
    correlationId: last.correlationId,
    details: repeats === 0 ? { action } : { action, repeats },
  });
  const flush = async (which: 'over' | 'all' = 'over') => {
    for (const [key, { endMs, counts }] of windows) {
      if (which === 'over' && clock.monotonicMs() < endMs) continue;
      windows.delete(key);
      for (const count of counts.values()) if (count.repeats > 0) unwritten.push(factOf(count));
    }
    if (unwritten.length === 0) return;
    const facts = unwritten;
    unwritten = [];
    try {
      await store.write(async ({ audit }) => {
        for (const fact of facts) await audit.append(fact);
      });
    } catch (error) {
      unwritten = [...facts, ...unwritten];
      throw error;
    }
  };
  return {
    flush,
    record: async (actor, action, scope) => {
      // What cannot be written now is kept, and the next regular flush says so: it must not hide this denial.
      await flush().catch(() => undefined);
      const key = principalKey(actor.principal);
      const window = windows.get(key) ?? { endMs: clock.monotonicMs() + windowMs, counts: new Map<string, Count>() };
      windows.set(key, window);
      const isBeyond = window.counts.size >= distinctLimit && !window.counts.has(`${action} ${scope}`);
      const name = isBeyond ? '*' : `${action} ${scope}`;
      const known = window.counts.get(name);
      if (known !== undefined || isBeyond) {
        const count = known ?? { action: '*', scope: rootScope, repeats: 0, last: actor };
        count.repeats += 1;
        count.last = actor;
        window.counts.set(name, count);
        return;
      }
      const first: Count = { action, scope, repeats: 0, last: actor };
      window.counts.set(name, first);
      try {
        await store.write(({ audit }) => audit.append(factOf({ ...first, repeats: 0 })));
      } catch (error) {
        first.repeats += 1;
        throw error;
      }
    },
  };
}
