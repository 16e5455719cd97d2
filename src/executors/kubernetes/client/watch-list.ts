import { createBackOff, type BackOff } from './back-off.ts';
import type { WatchedList, WatchSink } from './kubernetes-client.ts';
import type { Line } from './line.ts';
import { listObjects } from './list-objects.ts';
import { watchChanges } from './watch-changes.ts';

const usualRelistMs = 5 * 60_000;
const firstWaitMs = 250;
const mostWaitMs = 10_000;
/** A watch that lasted so long was one, even if nothing happened. */
const properMs = 5000;

/** `KubernetesClient.watch`: list, watch on from there, and list again whenever the watch cannot be trusted any more. */
export async function watchList(line: Line, list: WatchedList, sink: WatchSink, signal: AbortSignal): Promise<void> {
  const backOff = createBackOff(firstWaitMs, mostWaitMs);
  while (!signal.aborted) {
    try {
      await listAndWatch(line, list, { sink, backOff, signal });
    } catch (error) {
      if (signal.aborted) return;
      sink.failed(error);
      await line.clock.sleep(backOff.nextMs(), signal);
    }
  }
}

/** Lists once and watches until everything is to be listed again. */
async function listAndWatch(
  line: Line,
  list: WatchedList,
  { sink, backOff, signal }: { readonly sink: WatchSink; readonly backOff: BackOff; readonly signal: AbortSignal },
): Promise<void> {
  const listed = await listObjects(line, list, signal);
  sink.listed(listed.objects);
  const due = new AbortController();
  const over = new AbortController();
  const relist = line.clock.sleep(list.relistMs ?? usualRelistMs, over.signal).then(() => due.abort());
  const limited = AbortSignal.any([signal, due.signal]);
  try {
    let from = listed.resourceVersion;
    while (!limited.aborted) {
      const beganMs = line.clock.monotonicMs();
      const end = await watchChanges(line, { list, from, sink }, limited);
      // A server that ends each watch at once, without a word, is not asked again at once.
      if (end.hadEvents || line.clock.monotonicMs() - beganMs >= properMs) backOff.reset();
      else await line.clock.sleep(backOff.nextMs(), limited);
      if (end.type === 'gone') return;
      from = end.resourceVersion;
    }
  } catch (error) {
    if (!due.signal.aborted || signal.aborted) throw error;
  } finally {
    over.abort();
    await relist;
  }
}
