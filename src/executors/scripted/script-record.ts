import { randomBytes } from 'node:crypto';
import { appendFile, constants, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandId, parseCommandId } from '../../core/command-id.ts';
import { type Instant, instantFromMs } from '../../core/instant.ts';
import type { Launch } from '../../core/launch.ts';
import { hasCode, undefinedIfAbsent } from '../system-error.ts';
import { leadsBelow } from './files-below.ts';
import { parseScript } from './parse-script.ts';
import type { Circumstances } from './replay-script.ts';
import type { Script, ScriptError } from './script.ts';

/** What is on disk of a scripted command. */
export type ScriptRecord =
  | { readonly type: 'absent' }
  /** A stop came before the start. */
  | { readonly type: 'barred' }
  | { readonly type: 'unreadable' }
  | { readonly type: 'started'; readonly script: Script; readonly given: Omit<Circumstances, 'now'> };

/**
 * Writes the start down, once: the directory is made under another name and renamed, which only one can do. Whoever
 * does it also carries out the script's `append` lines. A path that a link leads out of `filesBelow` is written down
 * with the start as what refuses it, so that every instance says the same, whatever becomes of the link.
 */
export async function recordStart(
  directory: string,
  launch: Launch,
  startedAt: Instant,
  filesBelow: string | undefined,
): Promise<void> {
  const script = parseScript(launch.text, filesBelow);
  const refused = await astray(script, filesBelow);
  const draft = join(directory, `.new-${launch.commandId}-${randomBytes(6).toString('hex')}`);
  await mkdir(draft, { recursive: true, mode: 0o700 });
  const { text, timeoutMs, graceMs } = launch;
  await writeFile(join(draft, 'start'), JSON.stringify({ text, timeoutMs, graceMs, startedAt, refused }), {
    mode: 0o600,
  });
  try {
    await rename(draft, join(directory, launch.commandId));
  } catch (error) {
    await rm(draft, { recursive: true });
    if (hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST')) return;
    throw error;
  }
  if ('line' in script || script.refusal !== undefined || refused !== undefined) return;
  const flag = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  for (const { path, line } of script.appends) await appendFile(path, `${line}\n`, { flag });
}

/** Which path of a script leads out of where its files may be, in words; `undefined` where all stay. */
async function astray(script: Script | ScriptError, filesBelow: string | undefined): Promise<string | undefined> {
  if ('line' in script || filesBelow === undefined) return undefined;
  const waits = script.steps.flatMap((step) => (step.type === 'wait' ? [step.path] : []));
  for (const path of [...script.appends.map((append) => append.path), ...waits]) {
    if (!(await leadsBelow(filesBelow, path))) return `${path} leads out of ${filesBelow} by a link`;
  }
  return undefined;
}

/** Writes a stop down; the first one stays. Before the start it makes the start impossible. */
export async function recordStop(
  directory: string,
  commandId: CommandId,
  stop: { readonly at: Instant; readonly graceMs: number },
): Promise<void> {
  await mkdir(join(directory, commandId), { recursive: true, mode: 0o700 });
  await writeOnce(join(directory, commandId, 'stop'), JSON.stringify(stop));
}

/** Writes down when a `wait` was over: the moment the file that it waits for got there, below `filesBelow`. */
export async function recordRelease(
  directory: string,
  commandId: CommandId,
  waiting: { readonly number: number; readonly path: string },
  filesBelow: string | undefined,
): Promise<boolean> {
  if (filesBelow === undefined || !(await leadsBelow(filesBelow, waiting.path))) return false;
  const released = await stat(waiting.path).catch(undefinedIfAbsent);
  if (released === undefined) return false;
  await writeOnce(join(directory, commandId, `released-${waiting.number}`), String(Math.trunc(released.mtimeMs)));
  return true;
}

/** Reads all that is on disk of a command. */
export async function readRecord(
  directory: string,
  commandId: CommandId,
  filesBelow: string | undefined,
): Promise<ScriptRecord> {
  const place = join(directory, commandId);
  const names = await readdir(place).catch(undefinedIfAbsent);
  if (names === undefined) return { type: 'absent' };
  const stop = parseNumbers(await read(join(place, 'stop')), ['at', 'graceMs']);
  const text = await read(join(place, 'start'));
  if (text === undefined) return { type: stop === undefined ? 'absent' : 'barred' };
  const start = parseNumbers(text, ['startedAt', 'timeoutMs', 'graceMs']);
  const script = start === undefined ? undefined : scriptIn(text, filesBelow);
  if (start === undefined || script === undefined) return { type: 'unreadable' };
  const released = new Map<number, Instant>();
  for (const name of names) {
    const number = /^released-(\d+)$/.exec(name)?.[1];
    const at = number === undefined ? undefined : await read(join(place, name));
    if (at !== undefined) released.set(Number(number), instantFromMs(Number(at)));
  }
  const [startedAt = 0, timeoutMs = 0, graceMs = 0] = start;
  const [at = 0, stopGraceMs = 0] = stop ?? [];
  const given = {
    startedAt: instantFromMs(startedAt),
    timeoutMs,
    graceMs,
    stop: stop === undefined ? undefined : { at: instantFromMs(at), graceMs: stopGraceMs },
    released,
  };
  return { type: 'started', script, given };
}

/** The ids of all commands of which something is on disk. */
export async function recordedIds(directory: string): Promise<readonly CommandId[]> {
  const names = (await readdir(directory).catch(undefinedIfAbsent)) ?? [];
  const ids = names.map((name) => parseCommandId(/^(?:\.new-)?([0-9a-f]{32})/.exec(name)?.[1] ?? ''));
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** Removes all that is on disk of a command. */
export async function removeRecord(directory: string, commandId: CommandId): Promise<void> {
  for (const name of (await readdir(directory).catch(undefinedIfAbsent)) ?? []) {
    if (name.includes(commandId)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

function scriptIn(text: string, filesBelow: string | undefined): Script | undefined {
  const start: unknown = JSON.parse(text);
  if (typeof start !== 'object' || start === null || !('text' in start) || typeof start.text !== 'string')
    return undefined;
  if ('refused' in start && typeof start.refused === 'string') return invalid(`In the script, ${start.refused}.`);
  const script = parseScript(start.text, filesBelow);
  return 'line' in script ? invalid(`Line ${script.line} of the script: ${script.message}.`) : script;
}

function invalid(message: string): Script {
  return { refusal: { reason: 'InvalidScript', message }, pending: [], appends: [], steps: [] };
}

/** The numbers under these names in a JSON object; `undefined` unless all are there. */
function parseNumbers(text: string | undefined, names: readonly string[]): readonly number[] | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const entries = new Map<string, unknown>(Object.entries(value ?? {}));
    const numbers = names.map((name) => entries.get(name)).filter((entry) => typeof entry === 'number');
    return numbers.length === names.length ? numbers : undefined;
  } catch {
    // Whatever is wrong with it, it is not a record.
    return undefined;
  }
}

async function writeOnce(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, text, { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function read(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(undefinedIfAbsent);
}
