import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CommandRef } from '../../src/client/session.ts';
import type { CommandResult } from '../../src/wire/command-result-schema.ts';
import type { CrashingServer } from './crashing-server.ts';

/** Resolves when `isSo` holds, looked at whenever something in `directory` changes. */
export async function whenIn(directory: string, isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => void (isSo() && resolve());
  const watcher = watch(directory, look);
  look();
  await promise;
  watcher.close();
}

/** Resolves when the file exists. */
export function appears(file: string): Promise<void> {
  return whenIn(dirname(file), () => existsSync(file));
}

/** What a trial's command prints. */
const printed = 'first line\r\nsecond\0line\nno end';
/** What it exits with. */
const exitCode = 7;

/** One command whose effect can be counted, and that ends when it is let. */
export interface Trial {
  /** Submits it as a client does that repeats what was not answered. */
  submit(): Promise<CommandRef>;
  /** Resolves when its effect can be seen. */
  hasBegun(): Promise<void>;
  /** Lets it end. */
  letEnd(): void;
  /** How often it took effect. */
  effects(): number;
}

let trials = 0;

/** Makes a command that appends one line to a file, prints, waits to be let and exits. */
export function newTrial(server: CrashingServer): Trial {
  trials += 1;
  const effects = join(server.folder, `effects-${trials}`);
  const gate = join(server.folder, `gate-${trials}`);
  const command = [
    `echo effect >>${effects}`,
    String.raw`printf 'first line\r\nsecond\0line\n'`,
    `while [ ! -e ${gate} ]; do sleep 0.02; done`,
    `printf 'no end'`,
    `exit ${exitCode}`,
  ].join('; ');
  return {
    submit: () => server.client().submit(server.cluster, { command }, { keepsIdempotencyKeys: true }),
    hasBegun: () => appears(effects),
    letEnd: () => writeFileSync(gate, ''),
    effects: () => (existsSync(effects) ? readFileSync(effects, 'utf8').split('\n').length - 1 : 0),
  };
}

/** Asserts that the command completed as it should, took effect once, and that its stored output is what it printed. */
export async function assertCompleted(server: CrashingServer, ref: CommandRef, trial: Trial): Promise<void> {
  const result = await server.client().waitForEnd(ref);
  const { provisioningState, exitCode: code, reason } = result.properties;
  assert.deepEqual([provisioningState, code, reason], ['Succeeded', exitCode, undefined]);
  assert.equal(trial.effects(), 1);
  assert.equal(result.properties.longarm?.complete, true);
  assert.equal(await outputOf(server, ref), printed);
  await assertSame(server, ref, result);
}

/** The stored output, as bytes in a string. */
export async function outputOf(server: CrashingServer, ref: CommandRef): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of server.client().followOutput(ref)) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

/** Asserts that what was told of an end is told again. */
export async function assertSame(server: CrashingServer, ref: CommandRef, told: CommandResult): Promise<void> {
  assert.deepEqual(await server.client().waitForEnd(ref), told);
}

/** Resolves when the directories of all commands are gone. */
export function runsAreGone(server: CrashingServer): Promise<void> {
  return whenIn(server.runsDirectory, () => server.leftovers().length === 0);
}

/** Asserts that nothing is left of the finished commands: no run, no process, no lease, no output but sealed one. */
export async function assertNothingLeft(server: CrashingServer): Promise<void> {
  await runsAreGone(server);
  const database = new DatabaseSync(join(server.dataDirectory, 'longarm.db'), { readOnly: true });
  const leases = database.prepare('select id from commands where lease_token is not null').all();
  const known = new Set(
    database
      .prepare('select id from commands')
      .all()
      .map(({ id }) => String(id)),
  );
  database.close();
  assert.deepEqual(leases, []);
  const outputs = join(server.dataDirectory, 'outputs');
  for (const shard of readdirSync(outputs)) {
    // What a crash left is swept just after the start, beside all else.
    const folder = join(outputs, shard);
    await whenIn(folder, () =>
      readdirSync(folder).every((file) => file.endsWith('.sealed') && known.has(file.slice(0, 32))),
    );
  }
  assert.deepEqual(processesOf(known), []);
}

/** The processes that carry the mark of one of these commands. */
function processesOf(ids: ReadonlySet<string>): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const environment = environmentOf(pid);
      const id = /(?:^|\0)LONGARM_COMMAND_ID=([0-9a-f]{32})(?:\0|$)/.exec(environment)?.[1];
      return id !== undefined && ids.has(id);
    })
    .map(Number);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return ''; // It ended while we looked.
  }
}
