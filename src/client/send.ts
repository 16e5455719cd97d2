import { randomUUID } from 'node:crypto';
import { ArmError } from './arm-error.ts';
import { createBackOff } from './back-off.ts';
import type { ClientClock } from './client-clock.ts';
import type { Credential } from './credential.ts';
import { describeFailure, NetworkFailure } from './network-failure.ts';
import { readError, readJson } from './read-reply.ts';
import type { HttpReply, HttpRequest, Transport } from './transport.ts';

/** What a client needs to send anything. */
export interface Sender {
  readonly endpoint: string;
  readonly transport: Transport;
  readonly clock: ClientClock;
  readonly userAgent: string;
  /** Told before each further attempt, so that nobody has to wonder about the silence. */
  readonly onRetry: (reason: ArmError, waitMs: number) => void;
  /** Give up after one more attempt where nothing listens; otherwise wait as for any other failure. */
  readonly failsWhenAbsent: boolean;
}

/** A request, and how hard to try. */
export interface Call {
  readonly method: HttpRequest['method'];
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** `undefined` sends no token. */
  readonly credential: Credential | undefined;
  /** Whether the server acts once however often it is sent: by its method, or by an idempotency key. */
  readonly repeatable: boolean;
  /** How long to go on trying, in milliseconds. */
  readonly patienceMs: number;
  readonly idleMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** An answer that was read whole. */
export interface JsonReply {
  readonly status: number;
  readonly headers: HttpReply['headers'];
  /** `undefined` where the body is empty. */
  readonly body: unknown;
  /** Whether an earlier attempt, whose answer was lost, may have been acted on already. */
  readonly mayHaveActedBefore: boolean;
}

const defaultIdleMs = 30_000;
const passingStatuses = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Sends a request until it is answered with less than 400, is refused for good, or patience is over. One client
 * request id for all attempts. What may have been acted on is never sent again unless it is repeatable.
 * The caller reads the body, which may break off.
 * @throws {ArmError} with the last word; the signal's reason when it aborts.
 */
export function sendForStream(sender: Sender, call: Call): Promise<HttpReply> {
  return send(sender, call, (reply) => Promise.resolve(reply));
}

/** As `sendForStream`, and reads the body as JSON: an answer that breaks off counts as none. */
export function sendForJson(sender: Sender, call: Call): Promise<JsonReply> {
  return send(sender, call, async (reply, mayHaveActedBefore) => ({
    status: reply.status,
    headers: reply.headers,
    body: await readJson(reply),
    mayHaveActedBefore,
  }));
}

type Reader<T> = (reply: HttpReply, mayHaveActedBefore: boolean) => Promise<T>;

async function send<T>(sender: Sender, call: Call, read: Reader<T>): Promise<T> {
  const deadlineMs = sender.clock.monotonicMs() + call.patienceMs;
  const backOff = createBackOff();
  const requestId = randomUUID();
  let renewed = false;
  let mayHaveActed = false;
  for (let attempt = 1; ; attempt += 1) {
    const token = await tokenFor(call, mayHaveActed);
    const actedBefore: boolean = mayHaveActed;
    const outcome: Outcome<T> = await tryOnce(sender, call, token, requestId, (reply) => read(reply, actedBefore));
    if (outcome.ok) return outcome.value;
    mayHaveActed ||= outcome.mayHaveActed;
    const { error } = outcome;
    if (error.status === 401 && !renewed && call.credential?.renew() === true) {
      renewed = true;
      continue;
    }
    const waitMs = backOff.nextMs(error.retryAfterMs);
    const isHopeless = outcome.isAbsent && sender.failsWhenAbsent && attempt > 1;
    const mayTryAgain = outcome.isPassing && !isHopeless && (call.repeatable || !outcome.mayHaveActed);
    if (!mayTryAgain || sender.clock.monotonicMs() + waitMs > deadlineMs) {
      throw error.asLastWord(attempt, mayHaveActed);
    }
    sender.onRetry(error, waitMs);
    await sender.clock.sleep(waitMs, call.signal);
  }
}

/**
 * A token that cannot be had was retried on its own account, so its error is the last word; but whether something was
 * done is a question of the call, not of the request for the token.
 */
async function tokenFor(call: Call, mayHaveActed: boolean): Promise<string | undefined> {
  try {
    return await call.credential?.token({ signal: call.signal, patienceMs: call.patienceMs });
  } catch (error) {
    throw error instanceof ArmError ? error.asLastWord(error.attempts, mayHaveActed) : error;
  }
}

type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly error: ArmError;
      readonly isPassing: boolean;
      readonly mayHaveActed: boolean;
      /** Nothing listens there, or there is no such place. */
      readonly isAbsent: boolean;
    };

async function tryOnce<T>(
  sender: Sender,
  call: Call,
  token: string | undefined,
  requestId: string,
  read: (reply: HttpReply) => Promise<T>,
): Promise<Outcome<T>> {
  const headers = {
    accept: 'application/json',
    'user-agent': sender.userAgent,
    'x-ms-client-request-id': requestId,
    'x-ms-return-client-request-id': 'true',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(call.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(call.body)) }),
    ...call.headers,
  };
  const { method, url, repeatable } = call;
  const body = call.body === undefined ? {} : { body: call.body };
  const request = { method, url, headers, idleMs: call.idleMs ?? defaultIdleMs, fresh: !repeatable, ...body };
  try {
    const reply = await sender.transport.exchange(request, call.signal);
    if (reply.status < 400) return { ok: true, value: await read(reply) };
    const isPassing = passingStatuses.has(reply.status);
    // A refusal, 429 among them, is said before anything is done; after a 5xx or 408 nobody knows.
    const mayHaveActed = isPassing && reply.status !== 429;
    return { ok: false, error: await readError(reply), isPassing, mayHaveActed, isAbsent: false };
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error;
    const { passing, maybeSent } = error;
    const isAbsent = passing && !maybeSent;
    return { ok: false, error: describeFailure(error, url), isPassing: passing, mayHaveActed: maybeSent, isAbsent };
  }
}
