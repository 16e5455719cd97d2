import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Launch } from '../../src/core/launch.ts';
import { createScriptedExecutor } from '../../src/executors/scripted/scripted-executor.ts';
import type { ExecutorBench } from './executor-bench.ts';
import { machineClock } from './executor-samples.ts';

/** What a starter, another process, is told. */
export interface ScriptedOrder {
  readonly directory: string;
  readonly filesBelow: string;
  /** Without what only its own process can be asked. */
  readonly launch: Omit<Launch, 'admit'>;
}

/** A place for the scripted executor's state. */
export async function openScriptedBench(): Promise<ExecutorBench> {
  const place = await mkdtemp(join(tmpdir(), 'longarm-scripted-'));
  const directory = join(place, 'runs');
  const at = (name: string): string => join(place, name);
  return {
    instance: () => createScriptedExecutor({ directory, clock: machineClock, filesBelow: place }),
    async startAndDie({ admit: _own, ...launch }) {
      const starter = fork(new URL('scripted-starter.ts', import.meta.url), { serialization: 'advanced' });
      starter.send({ directory, filesBelow: place, launch } satisfies ScriptedOrder);
      const answer = Promise.withResolvers<unknown>();
      starter.once('message', answer.resolve);
      starter.once('exit', () => answer.resolve('ended'));
      const said = await answer.promise;
      starter.kill('SIGKILL');
      if (starter.exitCode === null && starter.signalCode === null) await once(starter, 'exit');
      if (said !== 'started') throw new Error(`The starter failed: ${String(said)}`);
    },
    programs: {
      exit: (code) => `exit ${code}`,
      write: (parts) =>
        parts
          .map(({ to, bytes }) => {
            const [, line] = /^([\w ]+)\n$/.exec(Buffer.from(bytes).toString('latin1')) ?? [];
            return line === undefined ? `base64 ${Buffer.from(bytes).toString('base64')}` : `${to} ${line}`;
          })
          .join('\n'),
      held: (gate) => `stdout ready\nwait ${at(gate)}\nstdout gone on\nexit 5`,
      stubborn: () => 'ignore-term\nstdout ready\nsleep 1h',
      lingering: () => 'linger 10m\nexit 3',
      mark: (name) => `append ${at(`${name}.marks`)} begun`,
      files: [],
    },
    release: (gate) => writeFile(at(gate), ''),
    async marks(name) {
      const text = await readFile(at(`${name}.marks`), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line === 'begun').length;
    },
    spoilExit: (commandId, bytes) => writeFile(join(directory, commandId, 'start'), bytes),
    traces: async (commandId) => (await readdir(directory)).filter((name) => name.includes(commandId)),
    close: () => rm(place, { recursive: true }),
  };
}
