import { LongarmError } from '../core/error-code.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClientId, RegisteredClient } from '../ports/directory.ts';
import type { Ids } from '../ports/ids.ts';
import { secretSha256 } from './check-client-secret.ts';

/** A client that was just made. The secret exists here alone: show it once, and forget it. */
export interface NewClient {
  readonly client: RegisteredClient;
  readonly secret: string;
}

/**
 * Makes a client with a fresh id and secret. The caller saves it with `Directory.saveClient`.
 * @throws {LongarmError} `InvalidParameter` unless the name has 1 to 100 printable characters.
 */
export function newClient(ids: Ids, clock: Clock, name: string): NewClient {
  if (!/^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u.test(name) || name.trim() === '') {
    throw new LongarmError('InvalidParameter', 'The name of a client must have 1 to 100 printable characters.', {
      target: 'name',
    });
  }
  const secret = ids.secret();
  const client: RegisteredClient = {
    id: ids.uuid().toLowerCase() as ClientId,
    principalId: ids.uuid().toLowerCase(),
    name,
    secretSha256: secretSha256(secret),
    createdAt: clock.now(),
  };
  return { client, secret };
}
