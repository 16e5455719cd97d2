import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { undefinedIfAbsent } from '../system-error.ts';

/** Whether an absolute path is written as one below `directory`, without a step upwards. Follows no links. */
export function isWrittenBelow(directory: string, path: string): boolean {
  return !path.split('/').includes('..') && resolve(path).startsWith(resolve(directory) + sep);
}

/**
 * Whether a path leads below `directory` with all links followed. What is not there yet is judged by where it would be
 * made; a link that leads nowhere is not below, because writing to it makes a file wherever it points.
 * @throws what the file system says, an absent `directory` included.
 */
export async function leadsBelow(directory: string, path: string): Promise<boolean> {
  const [top, end] = [await realpath(directory), await endOf(path)];
  return end?.startsWith(top + sep) === true;
}

async function endOf(path: string): Promise<string | undefined> {
  const real = await realpath(path).catch(undefinedIfAbsent);
  if (real !== undefined) return real;
  if ((await lstat(path).catch(undefinedIfAbsent)) !== undefined) return undefined;
  const parent = await endOf(dirname(path));
  return parent === undefined ? undefined : join(parent, path.slice(dirname(path).length));
}
