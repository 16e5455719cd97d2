import { ForbiddenAddress } from './address-guard.ts';
import { Unreachable } from './kubernetes-error.ts';

const certificateAdvice: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired: renew it, and look at the clock of this machine',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: look at the clocks of both machines',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name: use the name that stands in it, or say it with tls-server-name',
};

/** Codes of OpenSSL for a chain that does not end at a trusted authority. */
const untrusted = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

const connectionAdvice: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: is the API server running, and is this its address?',
  ENOTFOUND: 'its name has no address: look at the spelling, and at the DNS of this machine',
  EAI_AGAIN: 'its name could not be looked up just now: look at the DNS of this machine',
  EHOSTUNREACH: 'there is no route to it from this machine',
  ENETUNREACH: 'there is no route to it from this machine',
  ETIMEDOUT: 'it did not answer: look for a firewall in between',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ERR_PROXY_TUNNEL: 'the proxy of proxy-url did not open a tunnel to it',
};

/** An `Unreachable` that says which server, what happened, and what to check. */
export function unreachable(server: string, error: unknown): Unreachable {
  if (error instanceof Unreachable) return error;
  return new Unreachable(`The API server ${server} could not be asked: ${reasonOf(error)}.`, { cause: error });
}

function reasonOf(error: unknown): string {
  if (error instanceof ForbiddenAddress) {
    return `${error.message}, and a cluster that was registered by the API may not be there`;
  }
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const words = wordsOf(error);
  if (untrusted.has(code)) {
    return `its certificate is not signed by the expected authority (${words}): check certificate-authority-data in the kubeconfig, and that nothing in between opens TLS`;
  }
  const advice = certificateAdvice[code] ?? connectionAdvice[code];
  if (advice !== undefined) return `${advice} (${words})`;
  // OpenSSL's own words come as EPROTO, or as a code made of them.
  const said = `${code} ${words}`.replaceAll('_', ' ').toLowerCase();
  if (/alert (?:bad certificate|certificate|unknown ca)/.test(said)) {
    return `it refused the client certificate (${words}): look whether it has expired, and whether the cluster signed it`;
  }
  if (/wrong version number|packet length too long/.test(said)) {
    return `what answers there does not speak TLS (${words}): look at the port, and whether the URL should begin with http`;
  }
  return words;
}

/** Addresses that failed one after the other make an error without words of its own. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ');
  return (error instanceof Error ? error.message : String(error)).trim();
}
