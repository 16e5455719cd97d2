import { textOf, fieldOf } from './json-fields.ts';
import type { KubernetesObject } from './kubernetes-client.ts';
import { isKubernetesObject } from './kubernetes-object.ts';
import { parseJson } from './read-body.ts';

/** One line of a watch. */
export type WatchEvent =
  | { readonly type: 'changed' | 'deleted'; readonly object: KubernetesObject }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'error'; readonly status: unknown };

/** An object of the API is at most 3 MiB or so: the request that made it is bounded. */
const mostLineBytes = 16 * 1024 * 1024;
const newline = 0x0a;

/**
 * Splits the body of a watch into its events. What stands behind the last newline is half an event, and left out: the
 * watch goes on where the last whole one was.
 * @param heard told of each piece that arrives, were it half an event
 * @throws {Error} for a line that is no event, or longer than 16 MiB
 */
export async function* watchEvents(body: AsyncIterable<unknown>, heard: () => void): AsyncGenerator<WatchEvent, void> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue; // No encoding was set, so there is nothing else.
    heard();
    let rest = chunk;
    for (let end = rest.indexOf(newline); end !== -1; end = rest.indexOf(newline)) {
      const line = Buffer.concat([...begun, rest.subarray(0, end)]).toString('utf8');
      rest = rest.subarray(end + 1);
      begun = [];
      begunBytes = 0;
      if (line.trim() !== '') yield eventOf(line);
    }
    if (rest.length > 0) begun.push(rest);
    begunBytes += rest.length;
    if (begunBytes > mostLineBytes) throw new Error(`the watch sent an event of more than ${mostLineBytes} bytes`);
  }
}

function eventOf(line: string): WatchEvent {
  const event = parseJson(line);
  const object = fieldOf(event, 'object');
  const type = textOf(event, 'type') ?? '';
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      if (isKubernetesObject(object)) return { type: 'changed', object };
      break;
    case 'DELETED':
      if (isKubernetesObject(object)) return { type: 'deleted', object };
      break;
    case 'BOOKMARK': {
      const resourceVersion = textOf(fieldOf(object, 'metadata'), 'resourceVersion');
      if (resourceVersion !== undefined) return { type: 'bookmark', resourceVersion };
      break;
    }
    case 'ERROR':
      return { type: 'error', status: object };
  }
  throw new Error(`the watch sent a line that is no event: ${line.slice(0, 100)}`);
}
