import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SealError } from '../../ports/sealer.ts';

/** A key of 256 bits and the id that sealed values carry. */
export interface SealingKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const algorithm = 'aes-256-gcm';

/**
 * Seals bytes: version (1 byte), length of the key id (1 byte), key id, nonce (12), ciphertext, tag (16). Place and
 * header are authenticated with it. A random nonce is safe for 2^32 values under one key (NIST SP 800-38D, §8.3).
 */
export function sealValue(key: SealingKey, place: string, plain: Uint8Array): Uint8Array {
  const id = Buffer.from(key.id);
  const header = Buffer.from([version, id.length, ...id]);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key.bytes, nonce, { authTagLength: tagBytes });
  cipher.setAAD(boundTo(header, place));
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return joined(header, nonce, ciphertext, cipher.getAuthTag());
}

/**
 * The id of the key that a value was sealed under.
 * @throws {SealError} where the bytes are no sealed value.
 */
export function keyIdOf(place: string, sealed: Uint8Array): string {
  const [first, idLength] = sealed;
  if (first !== version || idLength === undefined || sealed.length < 2 + idLength + nonceBytes + tagBytes) {
    throw new SealError(
      `The value at ${place} is not a sealed one, or is damaged. Restore the database from a backup.`,
    );
  }
  return Buffer.from(sealed.subarray(2, 2 + idLength)).toString();
}

/**
 * Opens what `sealValue` made under this key for this place.
 * @throws {SealError} where the bytes were changed or sealed for another place or under other key bytes.
 */
export function openValue(key: SealingKey, place: string, sealed: Uint8Array): Uint8Array {
  const headerBytes = 2 + Buffer.byteLength(keyIdOf(place, sealed));
  const header = sealed.subarray(0, headerBytes);
  const nonce = sealed.subarray(headerBytes, headerBytes + nonceBytes);
  const decipher = createDecipheriv(algorithm, key.bytes, nonce, { authTagLength: tagBytes });
  decipher.setAAD(boundTo(header, place));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    const start = decipher.update(sealed.subarray(headerBytes + nonceBytes, -tagBytes));
    return joined(start, decipher.final());
  } catch (error) {
    throw new SealError(
      `The value at ${place} does not open with key ${key.id}: it was changed, moved from another place, or the ` +
        'bytes of that key are not the ones it was sealed with. Restore database and key file from the same backup.',
      { cause: error },
    );
  }
}

function boundTo(header: Uint8Array, place: string): Uint8Array {
  return joined(header, Buffer.from(place));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
