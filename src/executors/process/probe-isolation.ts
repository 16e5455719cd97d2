import { spawn } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { innerStep, type Isolation, outerStep } from './isolation.ts';
import { defaultPath } from './environment.ts';

const probeMs = 10_000;

/**
 * Finds out, by trying, what this machine gives: runs a harmless command through the very steps that commands take,
 * and believes in the namespaces only when that command saw neither the masked directory nor other processes.
 * Takes some 50 ms; leaves nothing behind. Never throws for want of isolation: the answer is then `session`.
 */
export async function probeIsolation(): Promise<Isolation> {
  const restoresSignals = (await run(['env', '--default-signal=INT,QUIT', 'true'])).ok;
  const asRoot = process.getuid?.() === 0;
  const candidates = (asRoot ? [true, false] : [false]).flatMap((canDropUid) =>
    [true, false].map((nested) => ({ canDropUid, nested })),
  );
  const failures: string[] = [];
  if (process.platform === 'linux') {
    for (const { canDropUid, nested } of candidates) {
      const candidate = withNamespaces(canDropUid, nested, restoresSignals);
      const failure = await tryOut(candidate);
      if (failure === undefined) return candidate;
      failures.push(failure);
    }
  }
  return withoutNamespaces(restoresSignals, failures.at(-1) ?? `${process.platform} has no PID namespaces`);
}

/** The weaker form, as it is where namespaces cannot be had. `why` is what the machine said. */
export function withoutNamespaces(restoresSignals: boolean, why: string): Isolation {
  return {
    kind: 'session',
    canDropUid: false,
    nested: false,
    restoresSignals,
    promises: [
      'A command has a session of its own, and what it started is found by a marker in its environment and killed.',
    ],
    weaknesses: [
      `Commands run without a PID and mount namespace (${why}).`,
      'A command can see and signal the other processes of its user, and read the data directory.',
      'A process that leaves the session and clears its environment outlives its command.',
      'On Linux, install util-linux and allow user namespaces, or run the server as root.',
    ],
  };
}

function withNamespaces(canDropUid: boolean, nested: boolean, restoresSignals: boolean): Isolation {
  return {
    kind: 'namespaces',
    canDropUid,
    nested,
    restoresSignals,
    promises: [
      'A command sees and signals only its own processes, and none of them outlives it.',
      'A command cannot read or change the data directory, nor its own records.',
      ...(nested ? ['A command cannot reach its supervisor, and so not outlive its time limit.'] : []),
    ],
    weaknesses: [
      ...(nested ? [] : ['A command can kill its supervisor’s timers and outlive its time limit: update util-linux.']),
      canDropUid
        ? 'A cluster without a uid of its own runs its commands as root, which can change the machine’s files.'
        : 'Commands run as the server’s user and can change that user’s files outside the data directory.',
      'Network, memory and the number of processes are not limited.',
    ],
  };
}

async function tryOut(isolation: Isolation): Promise<string | undefined> {
  const masked = await realpath(tmpdir());
  const box = join(masked, 'run', 'box');
  const secret = join(masked, 'secret');
  const inner = innerStep({ isolation, maskedDirectory: masked, box, owner: undefined, locale: 'C' });
  const middle = ['/bin/sh', '-c', middleScript, 'longarm-probe', masked, box, secret];
  const tried = await run([...outerStep(isolation), ...middle, ...inner, '/bin/sh', '-c', checkScript(secret, box)]);
  return tried.ok ? undefined : tried.words;
}

/**
 * The directory to mask is a tmpfs that only these processes see: no file is made that a killed server could leave.
 * The shell in the middle stays PID 1, as the supervisor does; the check runs as its child, as a command does. A TERM
 * for all must reach the check alone, and its exit must come back: an older `unshare` dies of it instead.
 */
const middleScript = String.raw`mount -t tmpfs -o size=64k,mode=755 longarm "$1" && mkdir -p "$2" && : >"$3" || exit 1
box=$2
shift 3
"$@" &
while kill -0 "$!" 2>/dev/null && [ ! -e "$box/ready" ]; do sleep 0.01; done
[ ! -e "$box/ready" ] || kill -TERM -1
wait "$!"
ended=$?
[ "$ended" = 7 ] || { echo "the check ended with $ended" >&2; exit 1; }`;

/** Ends with 7 at a TERM, where it sees neither the secret nor the server. */
function checkScript(secret: string, box: string): string {
  const hidden = `[ ! -e "${secret}" ] && [ ! -e /proc/${process.pid}/stat ]`;
  return `trap 'exit 7' TERM; ${hidden} && : >"${box}/ready" && { sleep 5 & wait "$!"; }`;
}

function run(argv: readonly string[]): Promise<{ readonly ok: boolean; readonly words: string }> {
  const [file = '', ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: defaultPath, LC_ALL: 'C' },
      timeout: probeMs,
      killSignal: 'SIGKILL',
    });
    let words = '';
    child.stderr.on('data', (bytes: Buffer) => (words += bytes.toString()));
    child.on('error', (error) => resolve({ ok: false, words: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, words: words.trim() || `${file} ended with ${code}` }));
  });
}
