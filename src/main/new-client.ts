import { newClient } from '../auth/register-client.ts';
import type { RoleAssignmentId } from '../core/access.ts';
import { ownIssuerName } from '../core/principal.ts';
import type { Role } from '../core/role.ts';
import type { Scope } from '../core/scope.ts';
import type { RegisteredClient } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { ServerIdentity } from './data-directory.ts';
import { randomIds as ids } from './random-ids.ts';
import { systemClock as clock } from './system-clock.ts';

/** A role to be granted to a client that is made. */
export interface FirstRole {
  readonly role: Role;
  readonly scope: Scope;
}

/**
 * Registers a client and grants it a role, in one transaction with the audit row. Whoever may write to the data
 * directory may do this: it is how the first administrator comes to be.
 */
export async function registerClient(
  store: Store,
  identity: ServerIdentity,
  name: string,
  first: FirstRole | undefined,
): Promise<{ readonly client: RegisteredClient; readonly secret: string }> {
  const made = newClient(ids, clock, name);
  await store.write(async ({ directory, audit }) => {
    await directory.saveClient(made.client);
    const now = clock.now();
    if (first !== undefined) {
      await directory.saveAssignment({
        id: ids.uuid() as RoleAssignmentId,
        scope: first.scope,
        roleId: first.role.id,
        principalId: made.client.principalId,
        issuer: ownIssuerName(identity),
        createdAt: now,
      });
    }
    await audit.append({
      at: now,
      verb: 'client.create',
      principal: undefined,
      target: made.client.id,
      correlationId: ids.uuid(),
      details: first === undefined ? { name } : { name, role: first.role.name, scope: first.scope },
    });
  });
  return made;
}
