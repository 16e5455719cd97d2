import { spawn } from 'node:child_process';

/** How a process ended, and all that it wrote. */
export interface End {
  /** 137 where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What may be said beside the command line. */
export interface EndOptions {
  /** Laid over this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What it reads; nothing when left out. */
  readonly stdin?: string;
}

/** The longest that any client may take: a command of forty seconds, and a slow machine. */
const deadlineMs = 240_000;

/** Runs a program to its end; one that takes longer than four minutes is killed, and ends with 137. */
export async function endOf(program: string, args: readonly string[], options: EndOptions = {}): Promise<End> {
  const { env, cwd, stdin = '' } = options;
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  child.stdin.on('error', () => undefined); // A program need not read what it is given.
  child.stdin.end(stdin);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('close', (status) => resolve(status ?? 137)).on('error', reject);
  });
  return { code, stdout, stderr };
}
