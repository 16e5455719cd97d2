import { createHash, timingSafeEqual } from 'node:crypto';
import type { RegisteredClient } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';

/** Compared with in place of an unknown client's: no secret is known that has this digest. */
const nobodysDigest = Buffer.alloc(32);

/** The form in which a secret is stored: SHA-256 in hex. A fast hash is right for secrets of 160 random bits. */
export function secretSha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/**
 * The client with this id and secret; `undefined` alike for a wrong secret and for an unknown client, after the same
 * work.
 * @throws {Error} when the stored digest is damaged.
 */
export async function checkClientSecret(
  store: Store,
  id: string,
  secret: string,
): Promise<RegisteredClient | undefined> {
  const client = await store.read(({ directory }) => directory.findClient(id.toLowerCase()));
  const stored = client === undefined ? nobodysDigest : Buffer.from(client.secretSha256, 'hex');
  const given = createHash('sha256').update(secret).digest();
  if (stored.length !== given.length) throw new Error(`The stored secret of client ${id} is damaged.`);
  const isEqual = timingSafeEqual(stored, given);
  return isEqual ? client : undefined;
}
