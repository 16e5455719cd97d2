import Type, { type Static } from 'typebox';
import type { SubscriptionId } from '../core/resource-id.ts';

/** An item of *Subscriptions: List*, as far as `az login` reads it. */
export const subscriptionSchema = Type.Object({
  id: Type.String(),
  authorizationSource: Type.String(),
  managedByTenants: Type.Array(Type.Object({ tenantId: Type.String() })),
  subscriptionId: Type.String(),
  tenantId: Type.String(),
  displayName: Type.String(),
  state: Type.String(),
  subscriptionPolicies: Type.Object({
    locationPlacementId: Type.String(),
    quotaId: Type.String(),
    spendingLimit: Type.String(),
  }),
});

/** A page of subscriptions. */
export const subscriptionListSchema = Type.Object({ value: Type.Array(subscriptionSchema) });

/** An item of *Subscriptions: List*. */
export type Subscription = Static<typeof subscriptionSchema>;

/** A subscription as ARM shows it. The policies are made up: clients want them there and use them for nothing. */
export function toSubscription(facts: {
  readonly subscriptionId: SubscriptionId;
  readonly tenantId: string;
  readonly displayName: string;
}): Subscription {
  return {
    id: `/subscriptions/${facts.subscriptionId}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId: facts.subscriptionId,
    tenantId: facts.tenantId,
    displayName: facts.displayName,
    state: 'Enabled',
    subscriptionPolicies: { locationPlacementId: 'Internal_2014-09-01', quotaId: 'Longarm', spendingLimit: 'Off' },
  };
}
