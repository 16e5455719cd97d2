import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseExitRecord } from '../../src/executors/supervisor/spool-directory.ts';
import { supervisorArgv } from '../../src/executors/supervisor/supervisor-argv.ts';

const shells = [
  { name: 'dash', by: ['dash'] },
  { name: 'bash', by: ['bash'] },
  { name: 'bash --posix', by: ['bash', '--posix'] },
  { name: 'busybox ash', by: ['busybox', 'sh'] },
];

test('dash is on this machine, so that the strictest shell is among those that are tried', () => {
  assert.ok(installed('dash'));
});

for (const { name, by } of shells.filter((shell) => installed(shell.by[0] ?? ''))) {
  describe(`the supervisor in ${name}`, { timeout: 200_000 }, () => {
    let place: string;
    let runs = 0;
    before(async () => {
      place = await mkdtemp(join(tmpdir(), 'longarm-supervisor-'));
    });
    after(() => rm(place, { recursive: true }));

    interface Circumstances {
      readonly limitMs?: number;
      readonly graceMs?: number;
      readonly directory?: string;
      /** What the supervisor runs under. */
      readonly under?: readonly string[];
    }

    async function begin(text: string, more: Circumstances = {}) {
      const directory = more.directory ?? join(place, String((runs += 1)));
      await mkdir(join(directory, 'work'), { recursive: true });
      await writeFile(join(directory, 'command'), text);
      const [file = '', ...args] = supervisorArgv({
        by: [...(more.under ?? []), ...by],
        directory,
        commandId: `test-${basename(directory)}`,
        limitMs: more.limitMs ?? 60_000,
        graceMs: more.graceMs ?? 300,
        enter: [],
        workDirectory: join(directory, 'work'),
        argv: ['sh', join(directory, 'command')],
      });
      const child = spawn(file, args, { detached: true, stdio: ['ignore', 'ignore', 'ignore'] });
      return { directory, child, end: once(child, 'exit') };
    }

    async function run(text: string, more: Circumstances = {}) {
      const { directory, end } = await begin(text, more);
      await end;
      return await records(directory);
    }

    test('records each exit code from 0 to 255 as it was', { timeout: 120_000 }, async () => {
      const wrong: string[] = [];
      const codes = Array.from({ length: 256 }, (_, code) => code);
      const workers = Array.from({ length: 4 }, async () => {
        for (let code = codes.pop(); code !== undefined; code = codes.pop()) {
          const { exit, out } = await run(`echo ${code}; exit ${code}`);
          if (exit !== `${code} exit` || out !== `${code}\n`) wrong.push(`${code}: ${exit} ${out}`);
        }
      });
      await Promise.all(workers);
      assert.deepEqual(wrong, []);
    });

    const endings: readonly (readonly [string, string, string])[] = [
      ['kills itself', 'kill -9 $$', '137 exit'],
      ['terminates itself', 'kill -15 $$', '143 exit'],
      ['kills its whole group', 'kill -9 0', '137 exit'],
      ['cannot be found', 'no-such-program', '127 exit'],
      ['is no shell at all', '(', '2 exit'],
      ['leaves a child with stdout', 'sleep 600 & exit 3', '3 exit'],
      ['leaves a daemon with stdout', '(setsid sleep 600 &); exit 4', '4 exit'],
    ];
    for (const [what, text, expected] of endings) {
      test(`tells the end of a command that ${what}`, async () => {
        assert.equal((await run(text)).exit, expected);
      });
    }

    test('the record holds the size of the spool', async () => {
      for (const length of [0, 1, 4096, 3_000_000]) {
        const { bytes, out } = await run(`head -c ${length} /dev/zero`);
        assert.deepEqual([bytes, out.length], [length, length]);
      }
    });

    test('a spool that cannot be written further ends in a record of another name', async () => {
      const under = ['sh', '-c', 'ulimit -f 8; trap "" XFSZ; exec "$@"', 'sh'];
      const { directory, end } = await begin('head -c 100000 /dev/zero; sleep 0.05; exit 0', { under });
      await end;
      const record = parseExitRecord(await readFile(join(directory, 'broken'), 'utf8'));
      const { size } = await stat(join(directory, 'out'));
      assert.ok(size > 0 && size < 100_000);
      assert.deepEqual(record, { exitCode: 0, cause: 'exit', bytes: size });
      assert.ok(!(await readdir(directory)).includes('exit'));
    });

    test('a pump that was killed ends in a record of its own', async () => {
      const { directory, end } = await begin('echo ready; while [ ! -e on ]; do sleep 0.02; done; exit 0');
      await written(directory, 'out');
      process.kill(await pumpOf(directory), 'SIGKILL');
      await writeFile(join(directory, 'work', 'on'), '');
      await end;
      const record = parseExitRecord(await readFile(join(directory, 'severed'), 'utf8'));
      assert.deepEqual(record, { exitCode: 0, cause: 'exit', bytes: 6 });
      assert.ok(!(await readdir(directory)).includes('exit'));
    });

    test('a command that writes to /dev/stderr and /dev/stdout by name loses nothing', async () => {
      const { out } = await run('echo a; echo b >/dev/stderr; echo c | tee /dev/stderr; echo d >/dev/stdout');
      assert.equal(out, 'a\nb\nc\nc\nd\n');
    });

    test('the text reaches the shell as it is: $(VAR), $$, quotes, newlines, high bytes', async () => {
      const { out } = await run(`echo '$(VAR) $$' "'" \\\n'"' 'ä\xff'\n`);
      assert.equal(out, `$(VAR) $$ ' " ä\xff\n`);
    });

    test('a second start ends with 125 and touches nothing', async () => {
      const { directory, end } = await begin('echo once');
      await end;
      const first = [await records(directory), await readdir(directory)];
      const second = await begin('echo once', { directory });
      assert.deepEqual(await second.end, [125, null]);
      assert.deepEqual([await records(directory), await readdir(directory)], first);
    });

    test('a directory that is gone is not made again', async () => {
      const { directory, child, end } = await begin('sleep 600', {});
      await written(directory, 'started');
      child.kill('SIGTERM');
      await end;
      await rm(directory, { recursive: true });
      const [file = '', ...args] = supervisorArgv({
        by,
        directory,
        commandId: 'gone',
        limitMs: 1000,
        graceMs: 100,
        enter: [],
        workDirectory: '/',
        argv: ['true'],
      });
      assert.deepEqual(await once(spawn(file, args, { stdio: 'ignore' }), 'exit'), [125, null]);
    });

    test('a stop is TERM, and KILL after the grace', async () => {
      const polite = await begin('trap "echo bye; exit 6" TERM; echo ready; sleep 600 & wait');
      const deaf = await begin('trap "" TERM; echo ready; (setsid sleep 600 &) ; while :; do sleep 0.1; done');
      for (const one of [polite, deaf]) {
        await written(one.directory, 'out');
        one.child.kill('SIGTERM');
        one.child.kill('SIGTERM');
        await one.end;
      }
      const ends = [await records(polite.directory), await records(deaf.directory)];
      assert.deepEqual(
        ends.map(({ exit, out }) => [exit, out]),
        [
          ['6 stop', 'ready\nbye\n'],
          ['137 stop', 'ready\n'],
        ],
      );
    });

    test('the time limit is its own', async () => {
      assert.equal((await run('sleep 600', { limitMs: 200 })).exit, '143 timeout');
      assert.equal((await run('trap "" TERM; while :; do sleep 0.1; done', { limitMs: 200 })).exit, '137 timeout');
    });

    test('nothing that it started is alive after it, its own timers included', async () => {
      const { directory, child, end } = await begin('sleep 600 & (setsid sleep 601 &); echo ready; exit 0');
      await end;
      assert.equal((await records(directory)).exit, '0 exit');
      assert.deepEqual(await alive(child, directory), []);
    });
  });
}

async function records(
  directory: string,
): Promise<{ readonly exit: string; readonly bytes: number | undefined; readonly out: string }> {
  const text = await readFile(join(directory, 'exit'), 'utf8');
  const record = parseExitRecord(text);
  const out = await readFile(join(directory, 'out'), 'utf8');
  const exit = record === undefined ? `unreadable: ${text}` : `${record.exitCode} ${record.cause}`;
  return { exit, bytes: record?.bytes, out };
}

/** The process that writes the spool. */
async function pumpOf(directory: string): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const stdout = await readlink(`/proc/${pid}/fd/1`).catch(() => '');
    if (stdout === join(directory, 'out')) return Number(pid);
  }
  throw new Error(`Nobody writes ${directory}/out.`);
}

/** Resolves once a file has content. */
async function written(directory: string, name: string): Promise<void> {
  for (;;) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => '');
    if (text !== '') return;
    await new Promise(setImmediate);
  }
}

/** The processes of the supervisor's session, and whatever else has the directory or the marker about it. */
async function alive(supervisor: ChildProcess, directory: string): Promise<readonly string[]> {
  const id = `LONGARM_COMMAND_ID=test-${basename(directory)}`;
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
    const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === undefined || state === 'Z' || state === 'X') continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (Number(session) === supervisor.pid || environment.split('\0').includes(id)) found.push(stat);
  }
  return found;
}

function installed(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
