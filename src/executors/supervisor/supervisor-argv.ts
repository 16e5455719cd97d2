import { beginScript, supervisorScript, withoutComments } from './supervisor-script.ts';

/** What a supervisor is told. */
export interface Supervision {
  /** The shell that runs the supervisor itself, as argv: `['/bin/sh']`, `['busybox', 'sh']`. */
  readonly by: readonly string[];
  /** The spool directory. It must exist; the supervisor never makes it, so removing it bars a late start. */
  readonly directory: string;
  readonly commandId: string;
  readonly limitMs: number;
  readonly graceMs: number;
  /** The most that the spool may hold; what is written beyond ends the pump, and the record says so. No limit without it. */
  readonly spoolLimitBytes?: number;
  /** What leads from the supervisor to the command: isolation and another uid. Empty for none. */
  readonly enter: readonly string[];
  /** Where the command starts. */
  readonly workDirectory: string;
  /** The command itself. */
  readonly argv: readonly string[];
}

/** The argv of a supervisor. The command's text is in a file and in no argument, so `ps` does not show it. */
export function supervisorArgv(supervision: Supervision): readonly string[] {
  const { by, directory, commandId, limitMs, graceMs, enter, workDirectory, argv } = supervision;
  const spoolBlocks = Math.ceil((supervision.spoolLimitBytes ?? 0) / 512);
  return [
    ...by,
    '-c',
    withoutComments(supervisorScript),
    'longarm-supervisor',
    directory,
    commandId,
    toSeconds(limitMs),
    toSeconds(graceMs),
    spoolBlocks === 0 ? '' : String(spoolBlocks),
    ...enter,
    '/bin/sh',
    '-c',
    withoutComments(beginScript),
    'longarm-begin',
    workDirectory,
    ...argv,
  ];
}

/** Milliseconds as `sleep` takes them: whole seconds where it makes no difference, for not every one knows fractions. */
export function toSeconds(durationMs: number): string {
  const seconds = Math.max(durationMs, 0) / 1000;
  return seconds >= 60 ? String(Math.ceil(seconds)) : String(Math.round(seconds * 1000) / 1000);
}
