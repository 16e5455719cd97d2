import type { CommandExtension } from '../../src/wire/command-result-schema.ts';
import { cluster, commandId, type FakeArm, sendJson } from './fake-arm.ts';

/** A command at a fake Longarm: what the test changes, the endpoint tells. */
export interface FakeCommand {
  phase: string;
  exitCode?: number;
  cause?: { reason: string; message: string };
  output: Buffer;
  /** What the result says is stored, where it is not all of `output`. */
  storedBytes?: number;
  sha256?: string;
  submissions: number;
}

const prefix = `/subscriptions/${cluster.subscriptionId}/resourceGroups/quickstart/providers/Microsoft.ContainerService/managedClusters/local`;

/** The body of *Get Command Result* for the command. */
export function resultBody(command: FakeCommand): unknown {
  const state = { completed: 'Succeeded', failed: 'Failed', cancelled: 'Canceled' }[command.phase] ?? 'Running';
  const storedBytes = command.storedBytes ?? command.output.length;
  const extension: CommandExtension = {
    phase: command.phase,
    totalBytes: storedBytes,
    storedBytes,
    truncated: false,
    strict: false,
    submittedBy: { issuer: 'https://issuer.example', id: 'p1', name: 'tester' },
    times: { submittedAt: '2026-01-31T08:00:00.000Z' },
    ...(command.cause === undefined ? {} : { cause: command.cause }),
    ...(command.sha256 === undefined ? {} : { sha256: command.sha256 }),
  };
  return {
    id: commandId,
    properties: {
      provisioningState: state,
      ...(command.exitCode === undefined ? {} : { exitCode: command.exitCode }),
      logs: command.output.toString(),
      ...(command.cause === undefined ? {} : { reason: `${command.cause.reason}: ${command.cause.message}` }),
      longarm: extension,
    },
  };
}

/** Makes the endpoint know a command that it accepts, tells of, cancels, and whose output it streams. */
export function addFakeCommand(fake: FakeArm, start: Partial<FakeCommand> = {}): FakeCommand {
  const command: FakeCommand = { phase: 'completed', exitCode: 0, output: Buffer.alloc(0), submissions: 0, ...start };
  const location = `${fake.endpoint}${prefix}/commandResults/${commandId}?api-version=2025-05-01`;
  const isFinished = (): boolean => ['completed', 'failed', 'cancelled'].includes(command.phase);
  fake.on('POST', /\/runCommand$/, (_seen, response) => {
    command.submissions += 1;
    sendJson(response, 202, undefined, { location, 'retry-after': '1' });
  });
  fake.on('GET', /\/commandResults\/\w+$/, (_seen, response) => {
    sendJson(response, isFinished() ? 200 : 202, resultBody(command), { 'retry-after': '1' });
  });
  fake.on('GET', /\/output$/, ({ url }, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(command.output.subarray(Number(url.searchParams.get('from'))));
  });
  fake.on('POST', /\/cancel$/, (_seen, response) => {
    command.phase = 'cancelled';
    delete command.exitCode;
    sendJson(response, 202, undefined);
  });
  return command;
}
