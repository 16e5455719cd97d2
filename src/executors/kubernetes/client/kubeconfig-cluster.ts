import type { ClusterAccess } from './cluster-access.ts';
import { KubeconfigError } from './kubeconfig-error.ts';
import { checkCertificate, flagField, pemField, refusal, textField } from './kubeconfig-fields.ts';
import type { TrustedOrigin } from './trusted-origin.ts';

type ClusterFields = Pick<
  ClusterAccess,
  'server' | 'certificateAuthority' | 'tlsServerName' | 'verifiesServer' | 'proxy'
>;

/** Reads the `cluster` part of a kubeconfig. @throws {KubeconfigError} */
export function clusterFields(fields: unknown, place: string, trusted: TrustedOrigin | undefined): ClusterFields {
  const server = serverOf(textField(fields, 'server', place), `${place}.server`, trusted);
  const certificateAuthority = pemField(fields, 'certificate-authority', { place, trusted });
  checkCertificate(certificateAuthority, `${place}.certificate-authority-data`);
  const skips = flagField(fields, 'insecure-skip-tls-verify', place);
  if (skips && trusted === undefined) {
    throw refusal(
      `${place}.insecure-skip-tls-verify`,
      'leaves the server unverified',
      'Give certificate-authority-data, and tls-server-name where the certificate names another host',
    );
  }
  if (skips && certificateAuthority !== undefined) {
    throw new KubeconfigError(
      `${place} has both certificate-authority and insecure-skip-tls-verify, which contradict each other. Remove one.`,
    );
  }
  return {
    server,
    certificateAuthority,
    tlsServerName: textField(fields, 'tls-server-name', place),
    verifiesServer: !skips,
    proxy: proxyOf(textField(fields, 'proxy-url', place), `${place}.proxy-url`, trusted),
  };
}

function serverOf(text: string | undefined, field: string, trusted: TrustedOrigin | undefined): URL {
  if (text === undefined) throw new KubeconfigError(`${field} is missing: it is the URL of the API server.`);
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new KubeconfigError(`${field} is not a URL such as https://cluster.example.com:6443.`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new KubeconfigError(`${field} must be scheme, host, port and path alone: remove user, query and fragment.`);
  }
  if (url.protocol === 'http:' && trusted === undefined) {
    throw refusal(field, 'is plain http', 'Give the https address of the API server');
  }
  return url;
}

function proxyOf(text: string | undefined, field: string, trusted: TrustedOrigin | undefined): URL | undefined {
  if (text === undefined) return undefined;
  if (trusted === undefined) {
    throw refusal(field, 'sends the server elsewhere', 'Give an address that the server reaches itself');
  }
  const url = URL.parse(text);
  if (url === null) throw new KubeconfigError(`${field} is not a URL such as http://proxy.example.com:3128.`);
  if (url.protocol.startsWith('socks5')) {
    throw new KubeconfigError(
      `${field} is a SOCKS proxy, which Longarm does not speak. Give an HTTP proxy that allows CONNECT.`,
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new KubeconfigError(`${field} must begin with http:// or https://.`);
  }
  return url;
}
