import { fieldOf, listOf, textOf } from './json-fields.ts';
import type { KubernetesObject, WatchedList } from './kubernetes-client.ts';
import { KubernetesError, Unreachable } from './kubernetes-error.ts';
import { isKubernetesObject } from './kubernetes-object.ts';
import { type Line, serverOf } from './line.ts';
import { requestJson } from './request-json.ts';

/** All objects of a list, as they were at one moment. */
export interface Listed {
  readonly objects: readonly KubernetesObject[];
  /** Where a watch goes on. */
  readonly resourceVersion: string;
}

const pageLimit = 500;
/** A list that changes faster than it can be read is begun anew so often. */
const mostBeginnings = 3;

/** The selectors of a list, as a query. */
export function selectorsOf({ labelSelector, fieldSelector }: WatchedList): Record<string, string> {
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

/** Lists everything, page by page. @throws {KubernetesError | Unreachable} and the signal's reason */
export async function listObjects(line: Line, list: WatchedList, signal: AbortSignal): Promise<Listed> {
  for (let beginning = 1; ; beginning += 1) {
    try {
      return await listPages(line, list, signal);
    } catch (error) {
      // The pages' moment was compacted away before the last of them was read.
      const isExpired = error instanceof KubernetesError && error.code === 410;
      if (!isExpired || beginning === mostBeginnings) throw error;
    }
  }
}

async function listPages(line: Line, list: WatchedList, signal: AbortSignal): Promise<Listed> {
  const objects: KubernetesObject[] = [];
  let next = '';
  for (;;) {
    const query = { ...selectorsOf(list), limit: String(pageLimit), ...(next === '' ? {} : { continue: next }) };
    const page = await requestJson(line, { method: 'GET', path: list.path, query }, signal);
    for (const item of listOf(page, 'items')) {
      if (!isKubernetesObject(item)) throw strange(line, list, 'an item without name, uid or resourceVersion');
      objects.push(item);
    }
    const metadata = fieldOf(page, 'metadata');
    next = textOf(metadata, 'continue') ?? '';
    if (next !== '') continue;
    const resourceVersion = textOf(metadata, 'resourceVersion');
    if (resourceVersion === undefined) throw strange(line, list, 'no list');
    return { objects, resourceVersion };
  }
}

function strange(line: Line, { path }: WatchedList, what: string): Unreachable {
  return new Unreachable(`The API server ${serverOf(line)} gave ${what} for ${path}.`);
}
