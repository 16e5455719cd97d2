import { keySetSchema } from '../wire/openid-key-set.ts';
import type { Operation } from '../wire/operation.ts';
import { answerDocument } from './answer-document.ts';
import type { TokenDependencies } from './grant-token.ts';
import { publicDocument } from './public-operation.ts';

/** `GET /adfs/discovery/keys`: the public keys of all tokens of ours that may still be good. */
export function openIdKeysAdfs(deps: TokenDependencies): Operation {
  return publicDocument({
    id: 'OpenId_KeysAdfs',
    path: '/adfs/discovery/keys',
    summary: 'The public keys of this server’s tokens, where AD FS has them.',
    schema: keySetSchema,
    handle: (request) => answerDocument(request, deps, () => deps.signingKeys.keySet()),
  });
}
