import Type, { type Static } from 'typebox';
import { LongarmError } from '../core/error-code.ts';

/** What Longarm adds to the vendor's request. */
const runCommandOptionsSchema = Type.Object(
  {
    timeoutSeconds: Type.Optional(
      Type.Integer({ minimum: 1, description: 'How long the command may run. At most the cluster’s own limit.' }),
    ),
    graceSeconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 3600, description: 'Between TERM and KILL when the command is stopped.' }),
    ),
    strict: Type.Optional(
      Type.Boolean({ description: 'Show a non-zero exit as `Failed`, for clients that look at nothing else.' }),
    ),
    serviceAccount: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'What the command runs as in the cluster; one of those that the caller’s role assignments name.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** The body of *Managed Clusters: Run Command*, with our one key beside the vendor's three. */
export const runCommandRequestSchema = Type.Object({
  command: Type.String({ minLength: 1, description: 'The command to run.' }),
  context: Type.Optional(
    Type.Union([Type.String(), Type.Null()], {
      description: 'A base64 encoded zip file containing the files required by the command.',
    }),
  ),
  clusterToken: Type.Optional(
    Type.Union([Type.String(), Type.Null()], { description: 'AuthToken issued for AKS AAD Server App.' }),
  ),
  longarm: Type.Optional(runCommandOptionsSchema),
});

/** A request to run a command, as it stands on the wire. */
export type RunCommandRequest = Static<typeof runCommandRequestSchema>;

/**
 * The token that stock clients send for clusters with Entra ID: a JSON Web Token in compact form. A malformed one is
 * refused so that a client's mistake is seen. The signature is the cluster's API server to check, which alone knows whom
 * it trusts. Source: RFC 7515 §3.1 and §4.1.1, RFC 7519 §7.2.
 * @returns undefined where there is none; empty counts as none, as stock clients send it so.
 * @throws {LongarmError} InvalidClusterToken, target `clusterToken`. The message never holds the token.
 */
export function parseClusterToken(token: string | null | undefined): string | undefined {
  if (token === undefined || token === null || token === '') return undefined;
  const [header, payload, signature, ...more] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    throw refuseToken('has not the three parts, with a `.` between them, of a JSON Web Token');
  }
  if (![header, payload, signature].every((part) => /^[A-Za-z0-9_-]+$/.test(part))) {
    throw refuseToken('has a part that is not base64url');
  }
  if (!hasStringAlg(parseJson(header))) throw refuseToken('has a header that is not JSON with an `alg`');
  if (!isObject(parseJson(payload))) throw refuseToken('has a payload that is not a JSON object');
  return token;
}

function parseJson(base64url: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'));
  } catch {
    // Not JSON is one of the answers here; the parser's message could quote the token.
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasStringAlg(header: unknown): boolean {
  return isObject(header) && 'alg' in header && typeof header.alg === 'string' && header.alg !== '';
}

function refuseToken(problem: string): LongarmError {
  return new LongarmError(
    'InvalidClusterToken',
    `The clusterToken ${problem}. Leave it out, or send the token as its issuer gave it.`,
    { target: 'clusterToken' },
  );
}
