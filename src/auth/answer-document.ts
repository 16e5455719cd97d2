import { OAuthError, toOAuthErrorBody } from '../wire/oauth-error.ts';
import type { OperationRequest, OperationResponse } from '../wire/operation.ts';
import { checkTenant, type TokenDependencies } from './grant-token.ts';

/**
 * Answers with a document of discovery, or with an OAuth error where the path names another tenant or `makeDocument`
 * throws one.
 */
export async function answerDocument(
  request: OperationRequest,
  deps: TokenDependencies,
  makeDocument: () => unknown,
): Promise<OperationResponse> {
  try {
    if ('tenantId' in request.params) checkTenant(request, deps.tenantId);
    return { status: 200, body: { type: 'json', value: await makeDocument() } };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const { requestId, correlationId } = request;
    const value = toOAuthErrorBody(error, { now: deps.clock.now(), requestId, correlationId });
    return { status: error.status, body: { type: 'json', value } };
  }
}
