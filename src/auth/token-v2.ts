import type { Operation } from '../wire/operation.ts';
import { grantToken, type TokenDependencies } from './grant-token.ts';
import { publicPost } from './public-operation.ts';

/** `POST /{tenantId}/oauth2/v2.0/token`: what the Azure SDKs use. */
export function tokenV2(deps: TokenDependencies): Operation {
  return publicPost({
    id: 'OAuth_TokenV2',
    path: '/{tenantId}/oauth2/v2.0/token',
    summary: 'Issues an access token for client credentials, the resource given as `scope`.',
    handle: (request) => grantToken(request, 'v2', deps),
  });
}
