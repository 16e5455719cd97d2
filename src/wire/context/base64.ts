import { refuseContext } from './refusal.ts';

/**
 * Decodes the base64 of a `context`: the alphabet of RFC 4648 §4 with padding. Line breaks, spaces and tabs are passed
 * over wherever they stand, because `az` breaks lines every 76 characters. The URL-safe alphabet, missing padding and
 * anything else are refused: they are signs that something was cut off or encoded twice.
 * @throws {LongarmError} InvalidContext.
 */
export function decodeBase64(text: string): Buffer {
  const stray = /[^A-Za-z0-9+/=\s]/.exec(text);
  if (stray !== null) {
    const isUrlSafe = stray[0] === '-' || stray[0] === '_';
    throw refuseContext(
      `is not base64: there is a character outside its alphabet at position ${stray.index}. ` +
        (isUrlSafe ? 'It looks URL-safe; use the standard alphabet.' : 'Send a zip file, base64 encoded.'),
    );
  }
  const compact = text.replace(/\s+/g, '');
  const padding = compact.indexOf('=');
  if (padding !== -1 && /[^=]/.test(compact.slice(padding))) {
    throw refuseContext('is not base64: something follows its padding. Encode the whole zip file in one piece.');
  }
  if (compact.length % 4 !== 0 || (padding !== -1 && compact.length - padding > 2)) {
    throw refuseContext(
      `is not base64: it has ${compact.length} characters with padding that does not fit. It may have been cut off.`,
    );
  }
  return Buffer.from(compact, 'base64');
}
