import type { CommandResult } from '../wire/command-result-schema.ts';
import { type CommandState, isEnd, readCommandResult } from './command-state.ts';
import { parseRetryAfter } from './read-reply.ts';
import { sendForJson } from './send.ts';
import { type CallOptions, type CommandRef, commandUrl, type Session } from './session.ts';

/** How a result is asked for. */
export interface ResultOptions extends CallOptions {
  /** How long the server may hold the answer back while the command runs, in seconds. */
  readonly waitSeconds?: number;
  /** How long to try, in milliseconds, where it is not the session's patience for one request. */
  readonly patienceMs?: number;
}

const spareMs = 15_000;

/** Asks once how a command stands; with `waitSeconds` the answer comes at its end or after that time. */
export async function getCommandResult(
  session: Session,
  command: CommandRef,
  options: ResultOptions = {},
): Promise<CommandState> {
  const waitSeconds = options.waitSeconds ?? 0;
  const isHeld = waitSeconds > 0;
  const reply = await sendForJson(session, {
    method: 'GET',
    // The Location may carry a key that asks for a held poll; who does not want to wait asks at the plain address.
    url: isHeld && command.location !== undefined ? command.location : commandUrl(session, command),
    credential: session.credential,
    ...(isHeld ? { headers: { prefer: `wait=${waitSeconds}` } } : {}),
    repeatable: true,
    patienceMs: options.patienceMs ?? session.requestPatienceMs,
    idleMs: waitSeconds * 1000 + 2 * spareMs,
    signal: options.signal,
  });
  const result = readCommandResult(reply.body, command.id);
  return {
    result,
    finished: reply.status === 200 && isEnd(result.properties.provisioningState),
    retryAfterMs: parseRetryAfter(reply.headers['retry-after']),
  };
}

/** How the end of a command is waited for. */
export interface WaitOptions extends CallOptions {
  /** Each answer on the way, the last one included. */
  readonly onState?: (state: CommandState) => void;
  /** How often, in seconds, to look at a server that can hold answers back. */
  readonly everySeconds?: number;
}

const defaultHoldSeconds = 20;
const defaultPauseMs = 3000;

/**
 * Waits for a command's end, however long it takes, as long as the endpoint answers now and then.
 * @throws {ArmError} when it did not answer for the session's patience.
 */
export async function waitForEnd(
  session: Session,
  command: CommandRef,
  options: WaitOptions = {},
): Promise<CommandResult> {
  const waitSeconds = options.everySeconds ?? defaultHoldSeconds;
  for (;;) {
    const beganMs = session.clock.monotonicMs();
    const patienceMs = session.progressPatienceMs;
    const state = await getCommandResult(session, command, { waitSeconds, patienceMs, signal: options.signal });
    options.onState?.(state);
    if (state.finished) return state.result;
    // Whoever held the answer back may be asked again at once; whoever did not sets the pace with Retry-After.
    const tookMs = session.clock.monotonicMs() - beganMs;
    const pauseMs = (state.retryAfterMs ?? defaultPauseMs) - tookMs;
    if (tookMs < (waitSeconds * 1000) / 2 && pauseMs > 0) await session.clock.sleep(pauseMs, options.signal);
  }
}
