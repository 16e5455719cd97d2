import type { ServerResponse } from 'node:http';
import { systemClock } from '../../../src/main/system-clock.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { clientOf } from './client-of.ts';
import type { FakeApi, Seen } from './fake-api.ts';
import { type Told, watchTeller } from './watch-teller.ts';

type Answering = (seen: Seen, response: ServerResponse) => unknown;

/** How lists and watches are answered. */
export interface WatchAnswers {
  readonly list: Answering;
  readonly watch: Answering;
}

/** How it is watched. */
export interface WatchingOptions {
  readonly clock?: Clock;
  readonly relistMs?: number;
  readonly signal?: AbortSignal;
}

/** A watch that goes on. */
export interface Watching {
  readonly told: Told;
  readonly ended: Promise<void>;
  stop(): void;
}

/** Watches pods at a fake API server that answers so. */
export function startWatching(api: FakeApi, answers: WatchAnswers, options: WatchingOptions = {}): Watching {
  api.answer((seen, response) => answers[seen.url.searchParams.has('watch') ? 'watch' : 'list'](seen, response));
  const client = clientOf(api.access, options.clock ?? systemClock);
  const { sink, ...told } = watchTeller();
  const stop = new AbortController();
  const list = {
    path: '/api/v1/namespaces/default/pods',
    labelSelector: 'app=longarm',
    fieldSelector: 'spec.nodeName=a',
    ...(options.relistMs === undefined ? {} : { relistMs: options.relistMs }),
  };
  const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const ended = client.watch(list, sink, signal).finally(() => client.close());
  return { told, ended, stop: () => stop.abort() };
}

/** The least of a pod that a watch looks at. */
export function pod(name: string, resourceVersion: string): unknown {
  return { metadata: { name, uid: `uid-${name}`, resourceVersion } };
}

/** A list of one page. */
export function listOf(resourceVersion: string, ...items: unknown[]): unknown {
  return { metadata: { resourceVersion }, items };
}

/** Sends events on an open watch. */
export function send(response: ServerResponse, ...events: readonly (readonly [type: string, object: unknown])[]): void {
  for (const [type, object] of events) response.write(`${JSON.stringify({ type, object })}\n`);
}

/** The watches that were asked for so far. */
export function watches({ seen }: FakeApi): readonly Seen[] {
  return seen.filter(({ url }) => url.searchParams.has('watch'));
}

/** The lists, or pages of lists, that were asked for so far. */
export function lists({ seen }: FakeApi): readonly Seen[] {
  return seen.filter(({ url }) => !url.searchParams.has('watch'));
}
