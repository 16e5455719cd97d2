import { ArmError } from './arm-error.ts';

// Before these, nothing of the request left this machine.
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);
const certificateCodes =
  /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|INVALID_CA|INVALID_PURPOSE)/;

/** A request that got no answer, or an answer that broke off. */
export class NetworkFailure extends Error {
  override readonly name = 'NetworkFailure';
  /** The system's word, for example `ECONNRESET`. */
  readonly code: string;
  /** Whether the server may have acted on the request. */
  readonly maybeSent: boolean;
  /** Whether trying again can help: not where the certificate is refused. */
  readonly passing: boolean;

  constructor(cause: unknown) {
    const code = codeOf(cause);
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.code = code;
    this.passing = !certificateCodes.test(code) && !code.startsWith('ERR_SSL') && code !== 'EPROTO';
    this.maybeSent = this.passing && !neverSent.has(code);
  }
}

function codeOf(cause: unknown): string {
  if (cause instanceof AggregateError) return codeOf(cause.errors[0]);
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'UNKNOWN';
}

/** What a user is told of a failure: host and port, what happened, what to do. */
export function describeFailure(failure: NetworkFailure, url: URL): ArmError {
  const place = `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port}`;
  const facts = { cause: failure };
  if (failure.code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new ArmError(
      `The certificate of ${place} is not for that name (${failure.message}). Use the name that the server was set up with, or add this one to its certificate.`,
      { ...facts, code: 'CertificateRefused' },
    );
  }
  if (!failure.passing) {
    return new ArmError(
      `The certificate of ${place} is not trusted, or it speaks no TLS (${failure.code}). Name its CA with --ca-file, or use the server's connection.json.`,
      { ...facts, code: 'CertificateRefused' },
    );
  }
  return new ArmError(`${explain(failure, place)}`, { ...facts, code: 'ConnectionFailed' });
}

function explain(failure: NetworkFailure, place: string): string {
  switch (failure.code) {
    case 'ECONNREFUSED':
      return `Nothing listens at ${place}. Is the server running there?`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name of ${place} is not known here (${failure.code}). Check the endpoint and this machine's DNS.`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${place} cannot be reached from this network (${failure.code}). Check the endpoint, VPN and firewall.`;
    case 'ETIMEDOUT':
      return `${place} did not answer in time. Check that the server is well and that nothing in between swallows packets.`;
    default:
      return `The connection to ${place} broke (${failure.code}: ${failure.message}). Try again; if it stays, look at the server's log.`;
  }
}
