import type { Directory } from '../../ports/directory.ts';
import type { Sealer } from '../../ports/sealer.ts';
import { credentialToRow, kubeconfigFromRow } from '../rows/credential-row.ts';
import type { Session } from './session.ts';

/** The part of the directory that keeps the kubeconfigs of clusters, sealed. */
export function credentialQueries(session: Session, sealer: Sealer): Pick<Directory, 'kubeconfig' | 'saveKubeconfig'> {
  return {
    async kubeconfig(uid) {
      const row = await session.db
        .selectFrom('cluster_credentials')
        .selectAll()
        .where('cluster_uid', '=', uid)
        .executeTakeFirst();
      return row && kubeconfigFromRow(row, sealer);
    },
    async saveKubeconfig(uid, kubeconfig) {
      if (kubeconfig === undefined) {
        await session.db.deleteFrom('cluster_credentials').where('cluster_uid', '=', uid).execute();
        return;
      }
      const { cluster_uid, ...columns } = credentialToRow(uid, kubeconfig, sealer);
      await session.db
        .insertInto('cluster_credentials')
        .values({ cluster_uid, ...columns })
        .onConflict((conflict) => conflict.column('cluster_uid').doUpdateSet(columns))
        .execute();
    },
  };
}
