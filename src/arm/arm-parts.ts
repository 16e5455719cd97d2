import { LongarmError } from '../core/error-code.ts';
import type { ControlPlane } from '../control-plane/dependencies.ts';
import type { Actor } from '../control-plane/dependencies.ts';
import type { OperationRequest } from '../wire/operation.ts';
import type { ResultStyle } from '../wire/result-style.ts';

/** What the ARM operations work with. */
export interface ArmParts {
  readonly plane: ControlPlane;
  readonly style: ResultStyle;
  /** The longest that a held poll is held, in seconds; 0 holds none. */
  readonly maxHoldSeconds: number;
  /** The tenant that this server is. */
  readonly tenantId: string;
  /** The subscription that this server's own clusters are in. */
  readonly subscriptionId: string;
  /** The issuer of our own tokens: whom a role assignment means that names no issuer. */
  readonly ownIssuer: string;
}

/** Who acts in this request. The server calls no operation that needs a principal without one. */
export function actorOf(request: OperationRequest): Actor {
  if (request.principal === undefined) {
    throw new LongarmError('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
  }
  return { principal: request.principal, correlationId: request.correlationId };
}
