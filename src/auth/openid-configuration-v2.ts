import { openIdConfiguration, openIdConfigurationSchema } from '../wire/openid-configuration.ts';
import type { Operation } from '../wire/operation.ts';
import { answerDocument } from './answer-document.ts';
import type { TokenDependencies } from './grant-token.ts';
import { publicDocument } from './public-operation.ts';

/** `GET /{tenantId}/v2.0/.well-known/openid-configuration`. What the Azure SDKs read before they sign in; also where validators find our keys. */
export function openIdConfigurationV2(deps: TokenDependencies): Operation {
  return publicDocument({
    id: 'OpenId_ConfigurationV2',
    path: '/{tenantId}/v2.0/.well-known/openid-configuration',
    summary: 'The OpenID discovery document of the v2 endpoints.',
    schema: openIdConfigurationSchema,
    handle: (request) => answerDocument(request, deps, () => openIdConfiguration(request.baseUrl, deps.tenantId, 'v2')),
  });
}
