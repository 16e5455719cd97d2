import { openIdConfiguration, openIdConfigurationSchema } from '../wire/openid-configuration.ts';
import type { Operation } from '../wire/operation.ts';
import { answerDocument } from './answer-document.ts';
import type { TokenDependencies } from './grant-token.ts';
import { publicDocument } from './public-operation.ts';

/** `GET /{tenantId}/.well-known/openid-configuration`. What validators of v1 tokens read. */
export function openIdConfigurationV1(deps: TokenDependencies): Operation {
  return publicDocument({
    id: 'OpenId_ConfigurationV1',
    path: '/{tenantId}/.well-known/openid-configuration',
    summary: 'The OpenID discovery document of the v1 endpoints.',
    schema: openIdConfigurationSchema,
    handle: (request) => answerDocument(request, deps, () => openIdConfiguration(request.baseUrl, deps.tenantId, 'v1')),
  });
}
