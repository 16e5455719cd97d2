import type { ClusterUid } from '../../core/command-id.ts';
import type { SubscriptionId } from '../../core/resource-id.ts';
import type { Directory } from '../../ports/directory.ts';
import { clusterFromRow, clusterToRow, nameKey } from '../rows/cluster-row.ts';
import { prepare } from './prepared.ts';
import type { Session } from './session.ts';

interface ClusterKey {
  readonly subscriptionId: SubscriptionId;
  readonly resourceGroupKey: string;
  readonly nameKey: string;
}

const atAddress = prepare((db, key: ClusterKey) =>
  db
    .selectFrom('clusters')
    .selectAll()
    .where('subscription_id', '=', key.subscriptionId)
    .where('resource_group_key', '=', key.resourceGroupKey)
    .where('name_key', '=', key.nameKey),
);

const byUid = prepare((db, { uid }: { readonly uid: ClusterUid }) =>
  db.selectFrom('clusters').selectAll().where('uid', '=', uid),
);

/** The part of the directory that keeps clusters. Two of them cannot have one address. */
export function clusterQueries(
  session: Session,
): Pick<Directory, 'findCluster' | 'clusterByUid' | 'clusters' | 'saveCluster' | 'removeCluster'> {
  return {
    async findCluster({ subscriptionId, resourceGroup, name }) {
      const key = { subscriptionId, resourceGroupKey: nameKey(resourceGroup), nameKey: nameKey(name) };
      const row = await atAddress.first(session, key);
      return row && clusterFromRow(row);
    },
    async clusterByUid(uid) {
      const row = await byUid.first(session, { uid });
      return row && clusterFromRow(row);
    },
    async clusters(subscriptionId, resourceGroup) {
      let query = session.db.selectFrom('clusters').selectAll();
      if (subscriptionId !== undefined) query = query.where('subscription_id', '=', subscriptionId);
      if (resourceGroup !== undefined) query = query.where('resource_group_key', '=', nameKey(resourceGroup));
      const rows = await query.orderBy('name_key').orderBy('subscription_id').orderBy('resource_group_key').execute();
      return rows.map(clusterFromRow);
    },
    async saveCluster(cluster) {
      const { uid, ...columns } = clusterToRow(cluster);
      await session.db
        .insertInto('clusters')
        .values({ uid, ...columns })
        .onConflict((conflict) => conflict.column('uid').doUpdateSet(columns))
        .execute();
    },
    async removeCluster(uid) {
      await session.db.deleteFrom('clusters').where('uid', '=', uid).execute();
    },
  };
}
