import type { Entry } from 'yauzl';
import type { EntryPath } from './entry-path.ts';
import { refuseEntry } from './refusal.ts';

const madeOnUnix = 3;
const madeOnMacos = 19;
const typeMask = 0o170000;
const folderType = 0o040000;
const fileType = 0o100000;

const namesOfTypes: Readonly<Record<number, string>> = {
  0o120000: 'a symbolic link',
  0o010000: 'a named pipe',
  0o020000: 'a character device',
  0o060000: 'a block device',
  0o140000: 'a socket',
};

/**
 * The permission bits that an entry has by its Unix mode, at least `rw` for the owner; `undefined` where it has none.
 * A mode written on Windows is made up (0666 for everything) and counts as none, and so does mode zero: archives of
 * .NET claim to be made on Unix and leave it zero, and files of mode 000 would help nobody.
 * @throws {LongarmError} InvalidContext for links and every other special file, whatever system the archive is from.
 */
export function readEntryMode(entry: Entry, name: string, path: EntryPath): number | undefined {
  const mode = entry.externalFileAttributes >>> 16;
  const type = mode & typeMask;
  if (type !== 0 && type !== folderType && type !== fileType) {
    const what = namesOfTypes[type] ?? 'a special file';
    throw refuseEntry(
      name,
      `is ${what}. Only files and folders are taken: pack what it stands for (\`zip\` without -y).`,
    );
  }
  if (type !== 0 && (type === folderType) !== path.isFolder) {
    throw refuseEntry(name, 'is a file by its name and a folder by its mode, or the reverse. Pack the files again.');
  }
  const permissions = mode & 0o777;
  const host = entry.versionMadeBy >> 8;
  const isMeant = permissions !== 0 && (host === madeOnUnix || host === madeOnMacos);
  return isMeant ? permissions | 0o600 : undefined;
}

/** The mode of a file that brought none: executable where it begins like a script. */
export function guessMode(content: Uint8Array): number {
  return content[0] === 0x23 && content[1] === 0x21 ? 0o755 : 0o644;
}
