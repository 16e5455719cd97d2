/** One member of an archive: a file, by its path with `/` between segments. */
export interface TarMember {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly bytes: Uint8Array;
}

const block = 512;

/**
 * Writes an archive as every `tar` reads it: POSIX ustar, with a pax header where a path or a size does not fit.
 * Directories come before what lies in them. Source: POSIX.1-2017, *pax*, "ustar Interchange Format".
 */
export function writeTar(members: readonly TarMember[]): Buffer {
  const parts: Uint8Array[] = [];
  const directories = new Set<string>();
  for (const { path, mode, bytes } of members) {
    const segments = path.split('/');
    for (let depth = 1; depth < segments.length; depth++) {
      const directory = `${segments.slice(0, depth).join('/')}/`;
      if (directories.has(directory)) continue;
      directories.add(directory);
      parts.push(...entry(directory, 0o755, '5', new Uint8Array()));
    }
    parts.push(...entry(path, mode, '0', bytes));
  }
  parts.push(new Uint8Array(2 * block));
  return Buffer.concat(parts);
}

function entry(path: string, mode: number, type: '0' | '5', bytes: Uint8Array): readonly Uint8Array[] {
  const fits = Buffer.byteLength(path) <= 100;
  const pax = fits ? [] : [...raw('./PaxHeaders/longarm', 0o644, 'x', Buffer.from(paxRecord('path', path)))];
  return [...pax, ...raw(fits ? path : 'longarm-long-path', mode, type, bytes)];
}

function raw(path: string, mode: number, type: '0' | '5' | 'x', bytes: Uint8Array): readonly Uint8Array[] {
  const header = Buffer.alloc(block);
  header.write(path, 0, 100);
  header.write(octal(mode & 0o7777, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(bytes.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\u000000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  const padding = (block - (bytes.length % block)) % block;
  return [header, bytes, new Uint8Array(padding)];
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** A pax record begins with its own length, the digits of that length included. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const restBytes = Buffer.byteLength(rest);
  let length = restBytes + 1;
  while (String(length).length + restBytes !== length) length = String(length).length + restBytes;
  return `${length}${rest}`;
}
