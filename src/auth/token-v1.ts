import type { Operation } from '../wire/operation.ts';
import { grantToken, type TokenDependencies } from './grant-token.ts';
import { publicPost } from './public-operation.ts';

/** `POST /{tenantId}/oauth2/token`: older clients, which name a `resource`. */
export function tokenV1(deps: TokenDependencies): Operation {
  return publicPost({
    id: 'OAuth_TokenV1',
    path: '/{tenantId}/oauth2/token',
    summary: 'Issues an access token for client credentials, the resource given as `resource`.',
    handle: (request) => grantToken(request, 'v1', deps),
  });
}
