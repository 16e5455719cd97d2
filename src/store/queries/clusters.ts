import type { Kysely } from 'kysely';
import type { Directory } from '../../ports/directory.ts';
import { clusterFromRow, clusterToRow, nameKey } from '../rows/cluster-row.ts';
import type { Tables } from '../rows/tables.ts';

/** The part of the directory that keeps clusters. Two of them cannot have one address. */
export function clusterQueries(
  db: Kysely<Tables>,
): Pick<Directory, 'findCluster' | 'clusterByUid' | 'clusters' | 'saveCluster' | 'removeCluster'> {
  return {
    async findCluster({ subscriptionId, resourceGroup, name }) {
      const row = await db
        .selectFrom('clusters')
        .selectAll()
        .where('subscription_id', '=', subscriptionId)
        .where('resource_group_key', '=', nameKey(resourceGroup))
        .where('name_key', '=', nameKey(name))
        .executeTakeFirst();
      return row && clusterFromRow(row);
    },
    async clusterByUid(uid) {
      const row = await db.selectFrom('clusters').selectAll().where('uid', '=', uid).executeTakeFirst();
      return row && clusterFromRow(row);
    },
    async clusters(subscriptionId, resourceGroup) {
      let query = db.selectFrom('clusters').selectAll();
      if (subscriptionId !== undefined) query = query.where('subscription_id', '=', subscriptionId);
      if (resourceGroup !== undefined) query = query.where('resource_group_key', '=', nameKey(resourceGroup));
      const rows = await query.orderBy('name_key').orderBy('subscription_id').orderBy('resource_group_key').execute();
      return rows.map(clusterFromRow);
    },
    async saveCluster(cluster) {
      const { uid, ...columns } = clusterToRow(cluster);
      await db
        .insertInto('clusters')
        .values({ uid, ...columns })
        .onConflict((conflict) => conflict.column('uid').doUpdateSet(columns))
        .execute();
    },
    async removeCluster(uid) {
      await db.deleteFrom('clusters').where('uid', '=', uid).execute();
    },
  };
}
