import type { CommandResult } from '../wire/command-result-schema.ts';
import { ArmError } from './arm-error.ts';
import { createBackOff } from './back-off.ts';
import { describeFailure, NetworkFailure } from './network-failure.ts';
import { getCommandResult } from './get-command-result.ts';
import { sendForStream } from './send.ts';
import { type CallOptions, type CommandRef, commandUrl, type Session } from './session.ts';

/** Which output, and how far. */
export interface OutputOptions extends CallOptions {
  /** The byte to begin with. */
  readonly from?: number;
  /** Go on until the command has ended; otherwise until the end of what is stored. Default: go on. */
  readonly follow?: boolean;
}

// Balancers drop silent connections after some minutes, and a dead peer sends nothing at all. Coming back by offset
// costs next to nothing, so silence is not waited out.
const idleMs = 60_000;

// A stream that stood for this long and was silent is no sign of trouble, so coming back is not slowed down.
const steadyMs = 5000;

/**
 * The raw bytes of a command's output, each once and in order, across lost connections and restarts of the server:
 * the offset is the only cursor. A stream that ends is believed only when the result says that nothing is missing.
 * @returns the result as it stood at the end of the output.
 * @throws {ArmError} when nothing came through for the session's patience.
 */
export async function* followOutput(
  session: Session,
  command: CommandRef,
  options: OutputOptions = {},
): AsyncGenerator<Uint8Array, CommandResult, void> {
  const { from = 0, follow = true, signal } = options;
  const backOff = createBackOff();
  let offset = from;
  let progressMs = session.clock.monotonicMs();
  const left = (): number => progressMs + session.progressPatienceMs - session.clock.monotonicMs();

  for (;;) {
    const url = commandUrl(session, command, '/output', {
      from: String(offset),
      ...(follow ? { follow: 'true' } : {}),
    });
    let moved = 0;
    let openedMs: number | undefined;
    let broken: ArmError | undefined;
    try {
      const reply = await sendForStream(session, {
        method: 'GET',
        url,
        credential: session.credential,
        headers: { accept: 'application/octet-stream, application/json' },
        repeatable: true,
        patienceMs: Math.max(0, left()),
        idleMs,
        signal,
      });
      openedMs = session.clock.monotonicMs();
      progressMs = openedMs;
      for await (const chunk of reply.body) {
        moved += chunk.length;
        offset += chunk.length;
        yield chunk;
        progressMs = session.clock.monotonicMs();
      }
    } catch (error) {
      if (!(error instanceof NetworkFailure)) throw error;
      broken = describeFailure(error, url);
    }
    const state = await getCommandResult(session, command, { patienceMs: Math.max(0, left()), signal });
    progressMs = session.clock.monotonicMs();
    if (moved > 0 || (openedMs !== undefined && progressMs - openedMs >= steadyMs)) backOff.reset();
    const stored = storedBytes(state.result);
    if (broken === undefined && (state.finished || !follow) && offset >= stored) return state.result;
    if (broken === undefined && !follow && !state.finished) return state.result;

    const waitMs = backOff.nextMs();
    if (broken !== undefined) session.onRetry(broken, waitMs);
    await session.clock.sleep(waitMs, signal);
  }
}

function storedBytes(result: CommandResult): number {
  const extension = result.properties.longarm;
  if (extension === undefined) {
    throw new ArmError(
      'The endpoint streams output but does not say how much there is; it cannot be trusted to be all.',
      {
        code: 'InvalidAnswer',
      },
    );
  }
  return extension.storedBytes;
}
