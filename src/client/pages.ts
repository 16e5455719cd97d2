import { followLink } from './endpoint-url.ts';
import { listOf, objectOf, textOf } from './json-fields.ts';
import { type CallOptions, requestJson, type Session } from './session.ts';

/**
 * The items of an ARM list, page after page by `nextLink`.
 * Source: azure-resource-manager-rpc, `v1.0/resource-api-reference.md`, *paging*.
 */
export async function* pages(session: Session, first: URL, options: CallOptions): AsyncGenerator<unknown, void, void> {
  let next: URL | undefined = first;
  while (next !== undefined) {
    const page = objectOf(await requestJson(session, 'GET', next, options));
    yield* listOf(page, 'value');
    const link = textOf(page, 'nextLink') ?? '';
    next = link === '' ? undefined : followLink(session.endpoint, link);
  }
}
