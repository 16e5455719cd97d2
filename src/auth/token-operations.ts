import type { Operation } from '../wire/operation.ts';
import type { TokenDependencies } from './grant-token.ts';
import { instanceDiscovery } from './instance-discovery.ts';
import { openIdConfigurationAdfs } from './openid-configuration-adfs.ts';
import { openIdConfigurationV1 } from './openid-configuration-v1.ts';
import { openIdConfigurationV2 } from './openid-configuration-v2.ts';
import { openIdKeysAdfs } from './openid-keys-adfs.ts';
import { openIdKeys } from './openid-keys.ts';
import { tokenAdfs } from './token-adfs.ts';
import { tokenV1 } from './token-v1.ts';
import { tokenV2 } from './token-v2.ts';

/**
 * Everything by which offline clients sign in at this server. All of it is public and takes no api-version. Fixed paths
 * stand before those with a tenant in them, so that `adfs` is not taken for one, whatever the router.
 */
export function tokenOperations(deps: TokenDependencies): readonly Operation[] {
  return [
    tokenAdfs(deps),
    openIdConfigurationAdfs(deps),
    openIdKeysAdfs(deps),
    instanceDiscovery(deps),
    tokenV2(deps),
    tokenV1(deps),
    openIdConfigurationV2(deps),
    openIdConfigurationV1(deps),
    openIdKeys(deps),
  ];
}
