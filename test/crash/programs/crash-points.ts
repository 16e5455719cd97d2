/**
 * Crash points, as `node --import` gives them to a server: before and after every commit and every effect. No line of
 * the product knows of them. They sit around what SQLite, the file system, child processes and signals are reached by,
 * so a commit or an effect that somebody adds tomorrow is a crash point tomorrow (`docs/reliability.md` lists them, and a
 * test compares).
 *
 * Not counted apart: rights and owners of files, which are set where nothing has its name yet.
 *
 * Their names say moment and effect, with ids and random parts left out: `before commit launching`,
 * `after rename runs/process/.new-ID-RANDOM to runs/process/ID`.
 */
import childProcess, { type ChildProcess, type SpawnOptions } from 'node:child_process';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';
import { type CrashControl, crashVariable, parseControl } from '../crash-control.ts';
import { pointPasser } from './pass-point.ts';

const control = parseControl(process.env[crashVariable]);
if (control !== undefined && isMainThread) install(control);

function install(control: CrashControl): void {
  const { root } = control;
  const pass = pointPasser(control);

  const around = (nameOf: (this: FileHandle, ...given: unknown[]) => string | undefined, act: Function) =>
    async function (this: FileHandle, ...given: unknown[]): Promise<unknown> {
      const name = nameOf.apply(this, given);
      if (name !== undefined) pass(`before ${name}`);
      try {
        return await Reflect.apply(act, this, given);
      } finally {
        // Also where it failed: most of what fails here was there already.
        if (name !== undefined) pass(`after ${name}`);
      }
    };

  const place = (path: unknown): string | undefined => {
    const text = String(path);
    if (!text.startsWith(`${root}/`)) return undefined;
    return text
      .slice(root.length + 1)
      .replaceAll(/[0-9a-f]{32}/g, 'ID')
      .replaceAll(/-[0-9a-f]{12}\b/g, '-RANDOM')
      .replaceAll(/\.[0-9a-f]{12}$/g, '.RANDOM')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
      .replace(/^outputs\/[0-9a-f]{2}/, 'outputs/SHARD');
  };
  const at = (verb: string) => (path: unknown) => {
    const where = place(path);
    return where === undefined ? undefined : `${verb} ${where}`;
  };
  const fromTo = (verb: string) => (from: unknown, to: unknown) => {
    const where = place(to);
    return where === undefined ? undefined : `${verb} ${place(from) ?? String(from)} to ${where}`;
  };

  const { mkdir, rename, rm, unlink, writeFile, link, symlink, open } = promises;
  const pathOf = new WeakMap<FileHandle, string>();
  let handlesAreWatched = false;
  const opened = async (...given: Parameters<typeof open>): Promise<FileHandle> => {
    const handle = await open(...given);
    pathOf.set(handle, String(given[0]));
    if (!handlesAreWatched) {
      handlesAreWatched = true;
      watchHandles(Object.getPrototypeOf(handle));
    }
    return handle;
  };
  const watchHandles = (prototype: FileHandle): void => {
    const on = (verb: string) =>
      function (this: FileHandle) {
        return at(verb)(pathOf.get(this));
      };
    for (const verb of ['write', 'sync'])
      Object.assign(prototype, { [verb]: around(on(verb), Reflect.get(prototype, verb)) });
  };
  Object.assign(promises, {
    mkdir: around(at('mkdir'), mkdir),
    rename: around(fromTo('rename'), rename),
    rm: around(at('remove'), rm),
    unlink: around(at('remove'), unlink),
    writeFile: around(at('write'), writeFile),
    link: around(fromTo('link'), link),
    symlink: around(fromTo('symlink'), symlink),
    open: opened,
  });

  const { spawn } = childProcess;
  Object.assign(childProcess, {
    spawn: (command: string, words: readonly string[], options: SpawnOptions): ChildProcess => {
      const isLauncher = words.includes('longarm-launcher');
      if (isLauncher) pass('before spawn the launcher');
      const child = spawn(command, words, options);
      if (isLauncher) pass('after spawn the launcher');
      return child;
    },
  });

  const kill = process.kill.bind(process);
  process.kill = (pid, signal) => {
    if (pid === process.pid || signal === 0) return kill(pid, signal);
    pass(`before signal ${String(signal)}`);
    const sent = kill(pid, signal);
    pass(`after signal ${String(signal)}`);
    return sent;
  };

  watchCommits(pass);
  syncBuiltinESMExports();
}

const phases = ['accepted', 'claimed', 'launching', 'running', 'completed', 'failed', 'cancelled'];

/** A commit is named by what its transaction wrote: the phases of commands, else the tables. */
function watchCommits(pass: (point: string) => void): void {
  const written = new WeakMap<DatabaseSync, Set<string>>();
  const databaseOf = new WeakMap<StatementSync, DatabaseSync>();

  /** Runs a statement of a connection, noting what it writes, with a crash point before and after a commit. */
  const perform = (database: DatabaseSync, sql: string, given: readonly unknown[], act: () => unknown): unknown => {
    if (/^begin/i.test(sql)) written.set(database, new Set());
    const names = written.get(database) ?? new Set();
    const name = nameOfWrite(sql, given);
    if (name !== undefined) names.add(name);
    if (sql !== 'commit' || names.size === 0) return act();
    const moved = [...names].filter((each) => phases.some((phase) => each.startsWith(phase)));
    const commit = `commit ${(moved.length > 0 ? moved : [...names]).toSorted().join(' and ')}`;
    pass(`before ${commit}`);
    const result = act();
    pass(`after ${commit}`);
    return result;
  };

  const [exec, prepare] = [formerOf(DatabaseSync.prototype, 'exec'), formerOf(DatabaseSync.prototype, 'prepare')];
  const [run, all] = [formerOf(StatementSync.prototype, 'run'), formerOf(StatementSync.prototype, 'all')];
  Object.assign(DatabaseSync.prototype, {
    exec(this: DatabaseSync, sql: string) {
      return perform(this, sql, [], () => exec.call(this, sql));
    },
    prepare(this: DatabaseSync, sql: string) {
      const statement: unknown = prepare.call(this, sql);
      if (statement instanceof StatementSync) databaseOf.set(statement, this);
      return statement;
    },
  });
  const onStatement = (former: Former) =>
    function (this: StatementSync, ...given: unknown[]): unknown {
      const database = databaseOf.get(this);
      const act = () => former.apply(this, given);
      return database === undefined ? act() : perform(database, this.sourceSQL, given, act);
    };
  Object.assign(StatementSync.prototype, { run: onStatement(run), all: onStatement(all) });
}

/** What a statement writes: the phase that it gives a command, else the table; `undefined` where it only reads. */
function nameOfWrite(sql: string, given: readonly unknown[]): string | undefined {
  const table = /^\s*(?:insert (?:or \w+ )?into|update|delete from) "?(\w+)"?/i.exec(sql)?.[1];
  const phase = table === 'commands' ? phases.find((each) => given.includes(each)) : undefined;
  if (phase !== undefined && isAdmitted(sql, given)) return `${phase}, admitted`;
  if (phase !== undefined || table === undefined) return phase;
  return /^\s*delete/i.test(sql) ? `delete ${table}` : table;
}

/** Whether a statement says of a command which means it may have begun in: the commit after which nobody begins it anew. */
function isAdmitted(sql: string, given: readonly unknown[]): boolean {
  const columns = Array.from(sql.matchAll(/"(\w+)" = \?/g), ([, column]) => column);
  return typeof given[columns.indexOf('means')] === 'string';
}

type Former = (this: unknown, ...given: unknown[]) => unknown;

function formerOf(prototype: object, name: string): Former {
  const former: unknown = Reflect.get(prototype, name);
  if (typeof former !== 'function') throw new Error(`node:sqlite has no ${name}.`);
  return function (this: unknown, ...given: unknown[]): unknown {
    return Reflect.apply(former, this, given);
  };
}
