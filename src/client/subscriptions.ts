import { endpointUrl } from './endpoint-url.ts';
import { objectOf, textOf } from './json-fields.ts';
import { pages } from './pages.ts';
import type { CallOptions, Session } from './session.ts';

/** A subscription that the caller may see. */
export interface SubscriptionView {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string;
}

/** The subscriptions in which the caller may do anything at all. */
export async function* listSubscriptions(
  session: Session,
  options: CallOptions = {},
): AsyncGenerator<SubscriptionView, void, void> {
  const url = endpointUrl(session.endpoint, '/subscriptions', { 'api-version': '2022-12-01' });
  for await (const item of pages(session, url, options)) {
    const object = objectOf(item);
    yield {
      subscriptionId: textOf(object, 'subscriptionId') ?? '',
      displayName: textOf(object, 'displayName') ?? '',
      tenantId: textOf(object, 'tenantId') ?? '',
    };
  }
}
