import { openIdConfiguration, openIdConfigurationSchema } from '../wire/openid-configuration.ts';
import type { Operation } from '../wire/operation.ts';
import { answerDocument } from './answer-document.ts';
import type { TokenDependencies } from './grant-token.ts';
import { publicDocument } from './public-operation.ts';

/** `GET /adfs/.well-known/openid-configuration`. What `az` reads before it signs in in AD FS mode. */
export function openIdConfigurationAdfs(deps: TokenDependencies): Operation {
  return publicDocument({
    id: 'OpenId_ConfigurationAdfs',
    path: '/adfs/.well-known/openid-configuration',
    summary: 'The OpenID discovery document of the AD FS endpoints.',
    schema: openIdConfigurationSchema,
    handle: (request) =>
      answerDocument(request, deps, () => openIdConfiguration(request.baseUrl, deps.tenantId, 'adfs')),
  });
}
