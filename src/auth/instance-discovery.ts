import Type from 'typebox';
import { OAuthError } from '../wire/oauth-error.ts';
import { printable } from '../wire/oauth-printable.ts';
import { instanceSchema, isOwnAuthority, toInstance } from '../wire/openid-instance.ts';
import type { Operation } from '../wire/operation.ts';
import { answerDocument } from './answer-document.ts';
import type { TokenDependencies } from './grant-token.ts';
import { publicDocument } from './public-operation.ts';

/** `GET /common/discovery/instance`: MSAL's question whether an authority is real, for clients told to ask us. */
export function instanceDiscovery(deps: TokenDependencies): Operation {
  return publicDocument({
    id: 'OpenId_InstanceDiscovery',
    path: '/common/discovery/instance',
    summary: 'Says where an authority’s discovery document is, and its other names.',
    schema: instanceSchema,
    parameters: [
      {
        name: 'authorization_endpoint',
        in: 'query',
        description: 'The authorization endpoint of the authority in question.',
        schema: Type.String(),
      },
    ],
    handle: (request) =>
      answerDocument(request, deps, () => {
        const asked = request.query['authorization_endpoint'];
        if (asked !== undefined && !isOwnAuthority(request.baseUrl, asked)) {
          throw new OAuthError('invalid_request', 50049, `Unknown or invalid instance '${printable(asked)}'.`);
        }
        return toInstance(request.baseUrl, deps.tenantId);
      }),
  });
}
