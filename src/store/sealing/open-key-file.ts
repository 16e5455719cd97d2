import { SealError, type Sealer } from '../../ports/sealer.ts';
import { hasCode, makeKeyFile, readKeyFile, type SealingKeys } from './key-file.ts';
import { keyIdOf, openValue, sealValue } from './sealed-value.ts';

/**
 * Seals with the keys of a file, which is made with one key where there is none. The file belongs into every backup
 * of the database, and beside none of them: who has both can read what was sealed.
 *
 * To change the key: append `{"id": "<a new word>", "key": "<openssl rand -base64 32>"}` to the list `keys` and
 * restart. The last key seals from then on, the others go on opening. Command texts and files are gone when their
 * commands have ended; signing keys are replaced by their own rotation. An old key that nothing needs any more may
 * be taken out of the list; if something does still need it, the message names it.
 * @throws {KeyFileRefused} where others may read the file, or it has another form.
 */
export async function openKeyFile(path: string): Promise<Sealer> {
  return createSealer(path, await readOrMake(path));
}

async function readOrMake(path: string): Promise<SealingKeys> {
  try {
    return await readKeyFile(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  await makeKeyFile(path);
  return await readKeyFile(path);
}

function createSealer(path: string, keys: SealingKeys): Sealer {
  const byId = new Map(keys.map((key) => [key.id, key]));
  const newest = keys[keys.length - 1];
  if (newest === undefined) throw new SealError(`The key file ${path} holds no key. Restore it from a backup.`);
  return {
    seal: (place, plain) => sealValue(newest, place, plain),
    open(place, sealed) {
      const id = keyIdOf(place, sealed);
      const key = byId.get(id);
      if (key === undefined) {
        throw new SealError(
          `The value at ${place} was sealed with key ${id}, which is not in the key file ${path}. ` +
            'Put that key back into its list "keys", from a backup of the file.',
        );
      }
      return openValue(key, place, sealed);
    },
  };
}
