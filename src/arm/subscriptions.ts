import { listSubscriptions } from '../control-plane/subscriptions.ts';
import { LongarmError } from '../core/error-code.ts';
import { parseSubscription } from '../wire/cluster-path.ts';
import type { Operation } from '../wire/operation.ts';
import { type Subscription, subscriptionListSchema, subscriptionSchema, toSubscription } from '../wire/subscription.ts';
import { type ArmParts, actorOf } from './arm-parts.ts';
import { paths } from './paths.ts';

/** The first version of Microsoft.Resources; `az` 2.45 asks for 2019-11-01. */
const oldestApiVersion = '2014-04-01';

/** *Subscriptions: List*: those in which the caller has an assignment. `az login` fails on an empty list. */
export function listSubscriptionsOperation(parts: ArmParts): Operation {
  return {
    id: 'Subscriptions_List',
    method: 'GET',
    path: '/subscriptions',
    summary: 'Lists the subscriptions in which the caller has a role.',
    extension: false,
    apiVersioned: true,
    oldestApiVersion,
    access: { type: 'signedIn' },
    parameters: [],
    responses: { 200: { description: 'OK', schema: subscriptionListSchema } },
    handle: async (request) => {
      const ids = await listSubscriptions(parts.plane, actorOf(request), parts.subscriptionId);
      const value = { value: ids.map((id) => show(parts, id)) };
      return { status: 200, body: { type: 'json', value } };
    },
  };
}

/** *Subscriptions: Get*. One in which the caller has no role is not found, whether it exists or not. */
export function getSubscriptionOperation(parts: ArmParts): Operation {
  return {
    ...listSubscriptionsOperation(parts),
    id: 'Subscriptions_Get',
    path: paths.subscription,
    summary: 'Gets a subscription in which the caller has a role.',
    responses: { 200: { description: 'OK', schema: subscriptionSchema } },
    handle: async (request) => {
      const asked = parseSubscription(request.params);
      const ids = await listSubscriptions(parts.plane, actorOf(request), parts.subscriptionId);
      if (!ids.includes(asked)) {
        throw new LongarmError('SubscriptionNotFound', `The subscription '${asked}' could not be found.`);
      }
      return { status: 200, body: { type: 'json', value: show(parts, asked) } };
    },
  };
}

function show(parts: ArmParts, id: string): Subscription {
  const subscriptionId = parseSubscription({ subscriptionId: id });
  return toSubscription({ subscriptionId, tenantId: parts.tenantId, displayName: `Longarm ${id.slice(0, 8)}` });
}
