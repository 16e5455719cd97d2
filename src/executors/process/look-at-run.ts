import { statSync } from 'node:fs';
import { lstat, readFile, stat, symlink } from 'node:fs/promises';
import { type Instant, instantFromMs } from '../../core/instant.ts';
import type { FinalObservation } from '../../core/observation.ts';
import { hasCode, undefinedIfAbsent } from '../system-error.ts';
import { concludeRecord, couldNotStart, recordNames } from '../supervisor/conclude-record.ts';
import { type ExitRecord, parseExitRecord } from '../supervisor/spool-directory.ts';
import { type Prepared, readPrepared } from './prepare-run.ts';
import { isAlive, parseLauncherRecord, type ProcessIdentity } from './process-identity.ts';
import type { Run } from './run-directory.ts';

/** How a run stands. */
export type Sight =
  /** Not launched, or on its way; it has not begun. */
  | { readonly type: 'waiting'; readonly launcher: ProcessIdentity | undefined }
  | { readonly type: 'running'; readonly launcher: ProcessIdentity; readonly startedAt: Instant }
  /** The supervisor is dead and left no record. What it started may be alive. */
  | { readonly type: 'orphaned'; readonly launcher: ProcessIdentity; readonly startedAt: Instant }
  | { readonly type: 'over'; readonly observation: FinalObservation };

/**
 * Reads how a run stands. Whether the process lives is asked *before* the records are read: what is dead writes no
 * more, so a record that is missing then is missing for good.
 * @throws what the file system says, and that is no statement about the command.
 */
export async function lookAtRun(run: Run, bootId: string): Promise<Sight> {
  const launcher = await readLauncher(run);
  const alive = launcher !== undefined && (await isAlive(launcher, bootId));
  const prepared = await readPrepared(run);
  const claim = await readClaim(run);
  if (claim === 'barred') return over(prepared?.refusal ? refused(prepared.refusal) : { type: 'neverStarted' });
  if (prepared === undefined) {
    return over(lost('There is no record of it on this machine. It may have run.'));
  }
  if (prepared.refusal !== undefined) return over(refused(prepared.refusal));
  const recorded = await readRecord(run);
  if (recorded !== undefined) return over(recorded);
  if (prepared.bootId !== bootId) return over(lost('The machine was restarted while it ran.'));
  const startedAt = await writtenAt(run.started);
  if (launcher === undefined) return { type: 'waiting', launcher };
  if (alive) return startedAt === undefined ? { type: 'waiting', launcher } : { type: 'running', launcher, startedAt };
  if (startedAt !== undefined) return { type: 'orphaned', launcher, startedAt };
  // Dead, and the command did not begin: what failed before it, or killed it, said so in the log. It is barred first,
  // so that this stays true.
  if (claim === 'free' && !(await barRun(run))) return await lookAtRun(run, bootId);
  return over(couldNotStart(await wordsOf(run)));
}

/**
 * Makes sure that the command never starts: takes the supervisor's claim away with a symbolic link, which `mkdir`
 * respects as much as a directory. @returns false when the claim was made before.
 */
export async function barRun(run: Run): Promise<boolean> {
  try {
    await symlink('barred', run.claim);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Who claimed the start. */
export async function readClaim(run: Run): Promise<'free' | 'started' | 'barred'> {
  const claim = await lstat(run.claim).catch(undefinedIfAbsent);
  if (claim === undefined) return 'free';
  return claim.isSymbolicLink() ? 'barred' : 'started';
}

/** Who the launcher said it is; `undefined` where none recorded itself. */
export async function readLauncher(run: Run): Promise<ProcessIdentity | undefined> {
  const text = await readIfThere(run.launcher);
  return text === undefined ? undefined : parseLauncherRecord(text);
}

async function readRecord(run: Run): Promise<FinalObservation | undefined> {
  for (const name of recordNames) {
    const text = await readIfThere(run[name]);
    if (text === undefined) continue;
    const record = { name, content: parseExitRecord(text), at: await writtenAt(run[name]) };
    const said = name === 'exit' ? [] : await wordsOf(run);
    return concludeRecord(record, { startedAt: await writtenAt(run.started), said, hasSpoolLimit: false });
  }
}

/** How long the spool was by the record of the end; 0 where there is no record that says so. */
export async function recordedBytes(run: Run): Promise<number> {
  return (await recordOf(run))?.bytes ?? 0;
}

/** Whether the supervisor came to its end and said so, be it that the command never began. */
export async function hasRecord(run: Run): Promise<boolean> {
  return (await recordOf(run)) !== undefined || (await readIfThere(run.unbegun)) !== undefined;
}

async function recordOf(run: Run): Promise<ExitRecord | undefined> {
  for (const path of [run.exit, run.broken, run.severed]) {
    const record = parseExitRecord((await readIfThere(path)) ?? '');
    if (record !== undefined) return record;
  }
}

/** The lines that launcher, isolation, supervisor and pump said. */
async function wordsOf(run: Run): Promise<readonly string[]> {
  return ((await readIfThere(run.log)) ?? '').split('\n').filter((line) => line.trim() !== '');
}

function refused(refusal: NonNullable<Prepared['refusal']>): FinalObservation {
  return { type: 'refused', ...refusal };
}

function lost(message: string): FinalObservation {
  return { type: 'lost', reason: 'WorkerLost', message };
}

function over(observation: FinalObservation): Sight {
  return { type: 'over', observation };
}

/** Most records are not there at most looks. To ask for that at once costs a twentieth of a read that fails. */
async function readIfThere(path: string): Promise<string | undefined> {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  return await readFile(path, 'utf8').catch(undefinedIfAbsent);
}

/** When a file got its content; `undefined` for one that is empty or not there. */
async function writtenAt(path: string): Promise<Instant | undefined> {
  const stats = await stat(path).catch(undefinedIfAbsent);
  return stats === undefined || stats.size === 0 ? undefined : instantFromMs(stats.mtimeMs);
}
