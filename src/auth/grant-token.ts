import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Store } from '../ports/store.ts';
import { OAuthError, toOAuthErrorBody } from '../wire/oauth-error.ts';
import { printable } from '../wire/oauth-printable.ts';
import { parseTokenRequest, type TokenDialect } from '../wire/oauth-token-request.ts';
import { type GrantedToken, toTokenResponse } from '../wire/oauth-token-response.ts';
import type { OperationRequest, OperationResponse } from '../wire/operation.ts';
import { issuedAudiences } from './audience.ts';
import { checkClientSecret } from './check-client-secret.ts';
import { issueToken } from './issue-token.ts';
import type { SignInAttempt, SignInLimits } from './sign-in-limits.ts';
import type { SigningKeyRing } from './signing-keys.ts';

/** What the token and discovery operations need. */
export interface TokenDependencies {
  readonly store: Store;
  readonly signingKeys: SigningKeyRing;
  readonly limits: SignInLimits;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The one tenant there is: a UUID. */
  readonly tenantId: string;
}

/** Answers a token request in one of the three dialects: a token, or an OAuth error in Entra's form. */
export async function grantToken(
  request: OperationRequest,
  dialect: TokenDialect,
  deps: TokenDependencies,
): Promise<OperationResponse> {
  // RFC 6749 §5.1: what carries a token, or says why there is none, is kept by nobody.
  const headers = { 'cache-control': 'no-store', pragma: 'no-cache' };
  try {
    const token = await grant(request, dialect, deps);
    return { status: 200, headers, body: { type: 'json', value: toTokenResponse(token, dialect) } };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const value = toOAuthErrorBody(error, {
      now: deps.clock.now(),
      requestId: request.requestId,
      correlationId: request.correlationId,
    });
    const more = headersOf(error, request);
    return { status: error.status, headers: { ...headers, ...more }, body: { type: 'json', value } };
  }
}

/**
 * Checks the tenant in a path against ours, in any case.
 * @throws {OAuthError} in Entra's words for another one.
 */
export function checkTenant(request: OperationRequest, tenantId: string): void {
  const asked = request.params['tenantId'] ?? '';
  if (asked.toLowerCase() === tenantId.toLowerCase()) return;
  throw new OAuthError(
    'invalid_request',
    90002,
    `Tenant '${printable(asked)}' not found. Check to make sure you have the correct tenant ID and are signing into the ` +
      `correct cloud. The tenant of this server is '${tenantId}'.`,
  );
}

async function grant(request: OperationRequest, dialect: TokenDialect, deps: TokenDependencies): Promise<GrantedToken> {
  if (dialect !== 'adfs') checkTenant(request, deps.tenantId);
  const asked = parseTokenRequest(request.body, request.headers['authorization'], dialect);
  const attempt = { clientId: asked.clientId, address: request.remoteAddress };
  requireTry(deps.limits, attempt);
  const client = await checkClientSecret(deps.store, asked.clientId, asked.clientSecret);
  // Again: of guesses that arrive together none has failed when the first of them is looked at.
  requireTry(deps.limits, attempt);
  if (client === undefined) {
    deps.limits.recordFailure(attempt);
    // Word for word what an unknown client is told, so that nobody can ask which clients there are.
    throw new OAuthError(
      'invalid_client',
      7000215,
      'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the ' +
        `client secret ID, for a secret added to app '${printable(asked.clientId)}'.`,
    );
  }
  const publicUrl = request.baseUrl;
  const audiences = issuedAudiences(publicUrl);
  if (!audiences.includes(asked.resource)) {
    throw new OAuthError(
      'invalid_resource',
      500011,
      `The resource principal named ${printable(asked.resource)} was not found in the tenant named ${deps.tenantId}. ` +
        `Tokens are issued for '${audiences.join("','")}'.`,
    );
  }
  return issueToken({ client, resource: asked.resource, tenantId: deps.tenantId, publicUrl }, deps);
}

/** @throws {OAuthError} 429 while whoever tries has to wait, whatever the secret. */
function requireTry(limits: SignInLimits, attempt: SignInAttempt): void {
  const waitSeconds = limits.waitSeconds(attempt);
  if (waitSeconds === 0) return;
  throw new OAuthError(
    'temporarily_unavailable',
    90055,
    `Too many failed sign-ins for this client or from this address. Try again in ${waitSeconds} seconds.`,
    waitSeconds,
  );
}

function headersOf(error: OAuthError, request: OperationRequest): Readonly<Record<string, string>> {
  if (error.retryAfterSeconds !== undefined) return { 'retry-after': String(error.retryAfterSeconds) };
  // RFC 6749 §5.2: who tried HTTP Basic is told the scheme.
  const triedBasic = error.error === 'invalid_client' && request.headers['authorization'] !== undefined;
  return triedBasic ? { 'www-authenticate': 'Basic realm="longarm"' } : {};
}
