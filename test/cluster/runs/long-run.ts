import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { CommandRef } from '../../../src/client/session.ts';
import type { CommandResult } from '../../../src/wire/command-result-schema.ts';
import { firstOutput } from '../../loss/read-output.ts';
import { eventually } from '../one-node/eventually.ts';
import type { PodServer } from '../pod-server.ts';

/** A command that leaves one mark and writes numbered lines until it is let end, or told to; the last line says how many. */
export interface LongRun {
  readonly command: CommandRef;
  /** How often it took effect. */
  effects(): number;
  /** Resolves once more of its output is stored than when this was asked. */
  goesOn(): Promise<void>;
  /** Lets it end, with exit code 9. */
  letEnd(): Promise<void>;
  /** Asserts that it completed, once, with every line, and that nothing is left. */
  completed(): Promise<void>;
}

const printsLines = [
  `over=; trap 'over=yes' TERM`,
  'i=0; until [ -e /tmp/gate ] || [ "$over" ]; do i=$((i + 1)); echo "line $i"; sleep 0.05; done',
  'echo "end $i"; exit 9',
].join('; ');

/** Submits one. */
export async function submitLongRun(pods: PodServer): Promise<LongRun> {
  const mark = randomBytes(6).toString('hex');
  const command = await pods.submit(`${pods.marks.command(mark)}; ${printsLines}`);
  const client = pods.client();
  const storedBytes = async (): Promise<number> =>
    (await client.result(command)).result.properties.longarm?.storedBytes ?? 0;
  return {
    command,
    effects: () => pods.marks.count(mark),
    goesOn: async () => {
      const before = await storedBytes();
      await eventually('More output', 90_000, AbortSignal.timeout(120_000), async () =>
        (await storedBytes()) > before ? true : undefined,
      );
    },
    letEnd: () => inCommand(pods, command, ': >/tmp/gate'),
    completed: async () => {
      const { properties } = await client.waitForEnd(command);
      const { provisioningState, exitCode, reason, longarm } = properties;
      assert.deepEqual([provisioningState, exitCode, reason, longarm?.complete], ['Succeeded', 9, undefined, true]);
      assertWhole(await outputOf(pods, command));
      await pods.nothingLeft();
      assert.equal(pods.marks.count(mark), 1);
    },
  };
}

/** Submits one, and waits until it writes. */
export async function startLongRun(pods: PodServer): Promise<LongRun> {
  const run = await submitLongRun(pods);
  await firstOutput(pods.client(), run.command);
  return run;
}

/** Asserts that these are all of its lines, with the one in which it says how many. */
export function assertWhole(text: string): void {
  // The shell itself may say how its `sleep` ended.
  const lines = text.split('\n').filter((line) => line !== 'Terminated');
  const count = lines.length - 2;
  assert.deepEqual(lines, [...numbered(count), `end ${count}`, '']);
}

/** Its lines, as many as are asked for. */
export function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}`);
}

/** A command's stored output, for little of it. */
export async function outputOf(pods: PodServer, command: CommandRef): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of pods.client().followOutput(command)) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

/** Asserts what a result says of its output: that this is what is stored, and whether it is all. */
export function assertStored({ properties }: CommandResult, text: string, complete: boolean): void {
  assert.equal(properties.longarm?.storedBytes, text.length);
  assert.equal(properties.longarm?.complete, complete);
}

/** The name of a command's pod. */
function podOf({ id }: CommandRef): string {
  return `longarm-${id.replaceAll('-', '')}`;
}

/** Runs a script beside a command, as an administrator of the cluster. */
export async function inCommand(pods: PodServer, command: CommandRef, script: string): Promise<void> {
  const { namespace } = pods;
  const words = ['/bin/sh', '-c', script];
  const sinks = { onStdout: async () => {}, onStderr: () => {} };
  await eventually('The end of a script beside the command', 60_000, AbortSignal.timeout(90_000), async () => {
    const exec = { namespace, pod: podOf(command), container: 'command', command: words, ...sinks };
    const status = await pods.kube.exec(exec, AbortSignal.timeout(10_000));
    return status.type === 'exited' && status.exitCode === 0 ? true : undefined;
  });
}
