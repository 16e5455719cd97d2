import { isUtf8 } from 'node:buffer';
import { type Entry, getFileNameLowLevel } from 'yauzl';
import { refuseEntry } from './refusal.ts';

const utf8Flag = 0x800;
const madeOnUnix = 3;
const madeOnMacos = 19;

/**
 * The name of an entry as text. By the flag it is UTF-8 or code page 437 (APPNOTE.TXT, appendix D), but programs on
 * Unix and macOS write UTF-8 without the flag, so what they wrote and is valid UTF-8 is read as such.
 * @throws {LongarmError} InvalidContext for control characters and for UTF-8 that is none.
 */
export function readEntryName(entry: Entry): string {
  const raw = entry.fileNameRaw;
  // Looked for before decoding: code page 437 has a picture for each control character.
  if (raw.some((byte) => byte < 0x20 || byte === 0x7f)) throw controlCharacter(raw.toString('latin1'));
  const host = entry.versionMadeBy >> 8;
  const isFlagged = (entry.generalPurposeBitFlag & utf8Flag) !== 0;
  if (isFlagged && !isUtf8(raw)) {
    throw refuseEntry(raw.toString('latin1'), 'says that its name is UTF-8, and it is not. Rename it and pack again.');
  }
  const isPlainUtf8 = (host === madeOnUnix || host === madeOnMacos) && isUtf8(raw);
  const flags = isPlainUtf8 ? entry.generalPurposeBitFlag | utf8Flag : entry.generalPurposeBitFlag;
  const name = getFileNameLowLevel(flags, raw, entry.extraFields, true);
  if (/\p{Cc}/u.test(name)) throw controlCharacter(name);
  return name;
}

function controlCharacter(name: string) {
  return refuseEntry(name, 'has a control character in its name. Rename it and pack again.');
}
