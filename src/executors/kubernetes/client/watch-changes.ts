import { keepAliveMs } from './connection-pool.ts';
import { type Answer, exchange } from './exchange.ts';
import { unreachable } from './explain-unreachable.ts';
import type { WatchedList, WatchSink } from './kubernetes-client.ts';
import { KubernetesError, Unreachable } from './kubernetes-error.ts';
import { type Line, serverOf } from './line.ts';
import { selectorsOf } from './list-objects.ts';
import { persist } from './persist.ts';
import { errorOf } from './request-json.ts';
import { errorOfStatus } from './status.ts';
import { watchEvents } from './watch-events.ts';
import { silenceAlarm } from './watch-silence.ts';
import { withinDeadline } from './within-deadline.ts';

/** How a watch ended that did not fail: at the server's time, or because it forgot where we were. */
export interface WatchEnd {
  readonly type: 'ended' | 'gone';
  /** Where the next one goes on. */
  readonly resourceVersion: string;
  /** Whether anything came. */
  readonly hadEvents: boolean;
}

/** The server is asked to end a watch after this at most, … */
const longestMs = 120_000;
/** … each a little earlier, so that many do not come back at the same moment. A watch that outlives it by so much is dead. */
const stallMarginMs = 15_000;
const openMs = 30_000;

/**
 * Watches once, from a resource version on.
 * @throws {KubernetesError | Unreachable} when it fails, breaks or falls silent, and the signal's reason
 */
export async function watchChanges(
  line: Line,
  { list, from, sink }: { readonly list: WatchedList; readonly from: string; readonly sink: WatchSink },
  signal: AbortSignal,
): Promise<WatchEnd> {
  const seconds = Math.ceil((longestMs * (0.8 + 0.2 * Math.random())) / 1000);
  const alarm = silenceAlarm(line.clock, seconds * 1000 + stallMarginMs, () => silent(line, list));
  const limited = AbortSignal.any([signal, alarm.signal]);
  const end = { resourceVersion: from, hadEvents: false };
  try {
    const { response } = await open(line, list, { from, seconds }, limited);
    response.socket.setKeepAlive(true, keepAliveMs);
    for await (const event of watchEvents(response, () => alarm.heard())) {
      if (event.type === 'error') throw errorOfStatus(event.status, 0);
      end.hadEvents = true;
      if (event.type === 'bookmark') {
        end.resourceVersion = event.resourceVersion;
        continue;
      }
      end.resourceVersion = event.object.metadata.resourceVersion;
      if (event.type === 'changed') sink.changed(event.object);
      else sink.deleted(event.object);
    }
    limited.throwIfAborted();
    return { type: 'ended', ...end };
  } catch (error) {
    limited.throwIfAborted();
    if (error instanceof KubernetesError && error.code === 410) return { type: 'gone', ...end };
    throw error instanceof KubernetesError ? error : unreachable(serverOf(line), error);
  } finally {
    alarm.stop();
  }
}

/** Opens the stream; only its head has a deadline. */
async function open(
  line: Line,
  list: WatchedList,
  { from, seconds }: { readonly from: string; readonly seconds: number },
  signal: AbortSignal,
): Promise<Answer> {
  const query = {
    ...selectorsOf(list),
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: from,
    timeoutSeconds: String(seconds),
  };
  const request = { method: 'GET', path: list.path, query } as const;
  return persist(line, { isRepeatable: true, signal }, async (credential) => {
    const ended = new AbortController();
    const streamSignal = AbortSignal.any([signal, ended.signal]);
    const late = (): Error =>
      new Unreachable(
        `The API server ${serverOf(line)} did not begin a watch of ${list.path} within ${openMs / 1000} s.`,
      );
    return withinDeadline({ clock: line.clock, limitMs: openMs, late, signal }, async (limited) => {
      const abort = (): void => ended.abort(limited.reason);
      limited.addEventListener('abort', abort, { once: true });
      try {
        const answer = await exchange(line, request, credential, {
          agent: line.pool.stream(credential),
          signal: streamSignal,
        });
        if (answer.code < 200 || answer.code > 299) throw await errorOf(line, answer);
        return answer;
      } finally {
        limited.removeEventListener('abort', abort);
      }
    });
  });
}

function silent(line: Line, { path }: WatchedList): Unreachable {
  return new Unreachable(`The watch of ${path} by ${serverOf(line)} fell silent and is begun anew.`);
}
