import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandId, parseCommandId } from '../../core/command-id.ts';
import { undefinedIfAbsent } from '../system-error.ts';
import { spoolFiles } from '../supervisor/spool-directory.ts';

/** The places of one command's run. The run directory is its spool directory too. */
export interface Run {
  readonly commandId: CommandId;
  readonly directory: string;
  /** Written before the directory got its name: the boot in which it was made, and a refusal if there is one. */
  readonly prepared: string;
  /** Who the launcher is. */
  readonly launcher: string;
  /** What launcher, isolation and supervisor said: why something could not start. */
  readonly log: string;
  readonly claim: string;
  readonly started: string;
  readonly out: string;
  readonly exit: string;
  readonly broken: string;
  readonly severed: string;
  readonly unbegun: string;
  readonly grace: string;
  /** All that the command itself may see: `work`, `home`, `tmp` and its own text. */
  readonly box: string;
}

/** Where a command's run is. */
export function runOf(runsDirectory: string, commandId: CommandId): Run {
  return runAt(join(runsDirectory, commandId), commandId);
}

/** The same places below a directory that does not have its name yet. */
export function runAt(directory: string, commandId: CommandId): Run {
  return {
    commandId,
    directory,
    prepared: join(directory, 'prepared'),
    launcher: join(directory, 'launcher'),
    log: join(directory, 'supervisor.log'),
    claim: join(directory, spoolFiles.claim),
    started: join(directory, spoolFiles.started),
    out: join(directory, spoolFiles.out),
    exit: join(directory, spoolFiles.exit),
    broken: join(directory, spoolFiles.broken),
    severed: join(directory, spoolFiles.severed),
    unbegun: join(directory, spoolFiles.unbegun),
    grace: join(directory, spoolFiles.grace),
    box: join(directory, 'box'),
  };
}

const { claim, started, exit, broken, severed, unbegun, grace, out } = spoolFiles;

/** The files of a run directory by which it is seen how the run stands. */
export const runChanges: ReadonlySet<string> = new Set([
  'launcher',
  claim,
  started,
  exit,
  broken,
  severed,
  unbegun,
  grace,
]);

/** The files by which it is seen that there is more output, or that no more will come. */
export const outputChanges: ReadonlySet<string> = new Set([out, exit, broken, severed, unbegun, claim]);

/** A name beside the run's own, for what is not there yet or not any more. The sweep knows it by the id in it. */
export function sideName(runsDirectory: string, commandId: CommandId, state: 'new' | 'gone'): string {
  return join(runsDirectory, `.${state}-${commandId}-${randomBytes(6).toString('hex')}`);
}

/** Everything below `runsDirectory` that belongs to a command. Nothing where the directory is not there. */
export async function runEntries(
  runsDirectory: string,
): Promise<readonly { readonly commandId: CommandId; readonly path: string }[]> {
  const names = await readdir(runsDirectory).catch(undefinedIfAbsent);
  return (names ?? []).flatMap((name) => {
    const commandId = parseCommandId(/^(?:\.(?:new|gone)-)?([0-9a-f]{32})(?:-[0-9a-f]{12})?$/.exec(name)?.[1] ?? '');
    return commandId === undefined ? [] : [{ commandId, path: join(runsDirectory, name) }];
  });
}
