import type { Operation } from '../wire/operation.ts';
import { grantToken, type TokenDependencies } from './grant-token.ts';
import { publicPost } from './public-operation.ts';

/** `POST /adfs/oauth2/token`: what `az` uses when the login endpoint ends in `/adfs`, which needs no Microsoft host. */
export function tokenAdfs(deps: TokenDependencies): Operation {
  return publicPost({
    id: 'OAuth_TokenAdfs',
    path: '/adfs/oauth2/token',
    summary: 'Issues an access token for client credentials to clients in AD FS mode.',
    handle: (request) => grantToken(request, 'adfs', deps),
  });
}
