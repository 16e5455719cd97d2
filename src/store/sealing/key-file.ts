import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from '../sync-directory.ts';
import type { SealingKey } from './sealed-value.ts';

/** The key file cannot be used; the message says what to do. */
export class KeyFileRefused extends Error {
  override readonly name = 'KeyFileRefused';
}

/** The keys of a key file: the last one seals, each of them opens. */
export type SealingKeys = readonly [...SealingKey[], SealingKey];

const keyBytes = 32;

/**
 * Reads a key file: `{"keys": [{"id": "…", "key": "32 bytes in base64"}, …]}`, the newest key last.
 * @throws {KeyFileRefused} where others may read it, or it has another form.
 */
export async function readKeyFile(path: string): Promise<SealingKeys> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, '0');
    throw new KeyFileRefused(
      `The key file ${path} has mode ${octal}: others than its owner may read or change it. ` +
        `Run \`chmod 600 '${path}'\`, and make a new key if somebody may have read it.`,
    );
  }
  const keys = parseKeys(path, await readFile(path, 'utf8'));
  const newest = keys.pop();
  if (newest === undefined) throw malformed(path, 'it holds no key');
  return [...keys, newest];
}

/**
 * Makes a key file with one new key, mode 0600. Where one is there already, also one made at the same moment by
 * another process, it is left alone.
 */
export async function makeKeyFile(path: string): Promise<void> {
  const key = { id: randomBytes(6).toString('hex'), key: randomBytes(keyBytes).toString('base64') };
  const draft = `${path}.${randomUUID()}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ keys: [key] }, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A link appears whole, and fails where the name is taken; a rename would replace the other's key.
    await link(draft, path).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
    await syncDirectory(dirname(path));
  } finally {
    await rm(draft, { force: true });
  }
}

/** Tells whether an error of the file system has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function parseKeys(path: string, text: string): SealingKey[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message would quote the text, and the text is a secret.
    throw malformed(path, 'it is not JSON');
  }
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) {
    throw malformed(path, 'it has no list "keys"');
  }
  const entries: unknown[] = value.keys;
  const keys = entries.map((entry, position) => parseKey(path, position, entry));
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw malformed(path, 'two keys have the same id');
  return keys;
}

function parseKey(path: string, position: number, entry: unknown): SealingKey {
  const which = `key number ${position + 1}`;
  if (typeof entry !== 'object' || entry === null || !('id' in entry) || !('key' in entry)) {
    throw malformed(path, `${which} has no "id" or no "key"`);
  }
  const { id, key } = entry;
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) {
    throw malformed(path, `the id of ${which} is not 1 to 64 letters, digits, - or _`);
  }
  const bytes = typeof key === 'string' ? Buffer.from(key, 'base64') : Buffer.alloc(0);
  if (bytes.length !== keyBytes) throw malformed(path, `${which} is not ${keyBytes} bytes in base64`);
  return { id, bytes };
}

function malformed(path: string, what: string): KeyFileRefused {
  return new KeyFileRefused(`The key file ${path} cannot be used: ${what}. Restore it from a backup.`);
}
