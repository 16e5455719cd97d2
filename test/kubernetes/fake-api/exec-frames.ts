import type { WebSocket } from 'ws';
import { failure } from './answers.ts';

/** A message of v5.channel.k8s.io: the channel, then the bytes. */
export function frame(channel: number, content: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(channel), Buffer.from(content)]);
}

/** Sends the status of a program that ended, and closes, as an API server does. */
export function finish(socket: WebSocket, exitCode = 0): void {
  socket.send(frame(3, JSON.stringify(exitStatus(exitCode))));
  socket.close(1000);
}

/** The status of a program that ended. */
export function exitStatus(exitCode: number): unknown {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  const causes = [{ reason: 'ExitCode', message: String(exitCode) }];
  const message = `command terminated with non-zero exit code: exit status ${exitCode}`;
  return { ...failure(0, 'NonZeroExitCode', message), details: { causes } };
}

/** Resolves once `measure` has stopped growing: it stayed the same through many turns of the event loop. */
export async function settled(measure: () => number): Promise<number> {
  let last = measure();
  for (let same = 0; same < 1000; same += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (measure() === last) continue;
    last = measure();
    same = 0;
  }
  return last;
}
