import { chmod, chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { AttachedFile, Launch } from '../../core/launch.ts';
import { hasCode, undefinedIfAbsent } from '../system-error.ts';
import { type Run, runAt, runOf, sideName } from './run-directory.ts';

/** A refusal as it is written into a run directory in place of a command. */
export interface RunRefusal {
  readonly reason: string;
  readonly message: string;
}

/** What a run directory says about itself. */
export interface Prepared {
  /** The boot in which it was made. In another one nothing of it can be alive, and its records may be incomplete. */
  readonly bootId: string;
  readonly refusal?: RunRefusal;
}

/** Who is to own what the command may touch. */
export type Owner = { readonly uid: number; readonly gid: number };

/**
 * Makes a command's run directory: complete and on disk under a name of its own first, and then renamed, so that it
 * exists either whole or not at all. Where there is one already, that one stays.
 * @throws what the file system says; nothing is left then.
 */
export async function prepareRun(
  runsDirectory: string,
  launch: Launch,
  prepared: Prepared,
  owner: Owner | undefined,
): Promise<void> {
  const { commandId } = launch;
  const fresh = runAt(sideName(runsDirectory, commandId, 'new'), commandId);
  await mkdir(fresh.directory, { recursive: true, mode: 0o700 });
  try {
    if (prepared.refusal === undefined) await fillBox(fresh, launch, owner);
    await writeFile(fresh.prepared, JSON.stringify(prepared), { mode: 0o600, flush: true });
    await syncDirectory(fresh.directory);
    await rename(fresh.directory, runOf(runsDirectory, commandId).directory);
    // After a power cut the command must be known to have been touched, or it would run again.
    await syncDirectory(runsDirectory);
  } catch (error) {
    await rm(fresh.directory, { recursive: true, force: true });
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
  }
}

/** What the run directory says about itself; `undefined` where there is none, or it was made by a bar alone. */
export async function readPrepared(run: Run): Promise<Prepared | undefined> {
  const text = await readFile(run.prepared, 'utf8').catch(undefinedIfAbsent);
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || !('bootId' in parsed) || typeof parsed.bootId !== 'string') {
    throw new Error(`${run.prepared} is not a run directory's record; remove the directory to give the command up.`);
  }
  const refusal = 'refusal' in parsed ? parseRefusal(parsed.refusal) : undefined;
  return { bootId: parsed.bootId, ...(refusal === undefined ? {} : { refusal }) };
}

function parseRefusal(value: unknown): RunRefusal | undefined {
  if (typeof value !== 'object' || value === null || !('reason' in value) || !('message' in value)) return undefined;
  return { reason: String(value.reason), message: String(value.message) };
}

async function fillBox(run: Run, launch: Launch, owner: Owner | undefined): Promise<void> {
  const directories = ['', 'work', 'home', 'tmp'].map((name) => join(run.box, name));
  for (const directory of directories) await makeDirectory(directory, owner);
  const work = join(run.box, 'work');
  const made = new Set([work]);
  for (const file of launch.files) await placeFile(work, file, made, owner);
  await writeOwned(join(run.box, 'command'), Buffer.from(launch.text), 0o600, owner);
}

async function placeFile(work: string, file: AttachedFile, made: Set<string>, owner: Owner | undefined): Promise<void> {
  const path = resolve(work, file.path);
  if (!path.startsWith(work + sep)) throw new Error(`The attached file ${file.path} lies outside the work directory.`);
  await makeParents(dirname(path), made, owner);
  await writeOwned(path, file.bytes, file.mode & 0o777, owner);
}

async function makeParents(directory: string, made: Set<string>, owner: Owner | undefined): Promise<void> {
  if (made.has(directory)) return;
  await makeParents(dirname(directory), made, owner);
  await makeDirectory(directory, owner);
  made.add(directory);
}

async function makeDirectory(path: string, owner: Owner | undefined): Promise<void> {
  await mkdir(path);
  await chmod(path, 0o755);
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

async function writeOwned(path: string, bytes: Uint8Array, mode: number, owner: Owner | undefined): Promise<void> {
  await writeFile(path, bytes, { mode: 0o600, flag: 'wx' });
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  await chmod(path, mode);
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
