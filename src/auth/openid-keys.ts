import { keySetSchema } from '../wire/openid-key-set.ts';
import type { Operation } from '../wire/operation.ts';
import { answerDocument } from './answer-document.ts';
import type { TokenDependencies } from './grant-token.ts';
import { publicDocument } from './public-operation.ts';

/** `GET /{tenantId}/discovery/v2.0/keys`: the public keys of all tokens of ours that may still be good. */
export function openIdKeys(deps: TokenDependencies): Operation {
  return publicDocument({
    id: 'OpenId_Keys',
    path: '/{tenantId}/discovery/v2.0/keys',
    summary: 'The public keys of this server’s tokens.',
    schema: keySetSchema,
    handle: (request) => answerDocument(request, deps, () => deps.signingKeys.keySet()),
  });
}
