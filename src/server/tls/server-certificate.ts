import {
  AuthorityKeyIdentifier,
  ExtendedKeyUsage,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import type { X509Certificate } from 'node:crypto';
import type { Instant } from '../../core/instant.ts';
import { type HostName, hostKey, parseHostName } from './host-name.ts';
import { type KeyPair, newPrivateKey, toKeyPair } from './key-pair-file.ts';
import { extension, keyIdentifier, publicKeyOf, signCertificate } from './sign-certificate.ts';
import { periodFrom } from './validity.ts';

/** How long a server certificate holds. Apple's clients refuse more than 398 days. */
export const serverCertificateLifeMs = 90 * 24 * 60 * 60 * 1000;

/** Issues a server certificate for the hosts under the authority, with a fresh key (RFC 5280 §4.2.1, RFC 9525). */
export function issueServerCertificate(authority: KeyPair, hosts: readonly HostName[], now: Instant): KeyPair {
  const key = newPrivateKey();
  const publicKey = publicKeyOf(key);
  const names = hosts.map((host) =>
    host.type === 'dns' ? new GeneralName({ dNSName: host.name }) : new GeneralName({ iPAddress: host.address }),
  );
  const authorityId = keyIdentifier(authority.certificate.publicKey);
  const certPem = signCertificate(
    {
      issuerName: /^CN=(.*)$/m.exec(authority.certificate.subject)?.[1] ?? '',
      // Not a host: clients compare the alternative names alone, and a name with a space is never taken for a host.
      subjectName: 'Longarm server',
      publicKey,
      ...periodFrom(now, serverCertificateLifeMs),
      extensions: [
        extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
        extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth])),
        extension(
          id_ce_authorityKeyIdentifier,
          false,
          new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(authorityId) }),
        ),
        extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyIdentifier(publicKey))),
        extension(id_ce_subjectAltName, false, new SubjectAlternativeName(names)),
      ],
    },
    authority.key,
  );
  return toKeyPair(certPem, key);
}

/** Tells whether a certificate names exactly these hosts. */
export function namesExactly(certificate: X509Certificate, hosts: readonly HostName[]): boolean {
  const names = (certificate.subjectAltName ?? '').split(', ').map((entry) => entry.replace(/^(DNS|IP Address):/, ''));
  const named = new Set(names.filter((name) => name !== '').map((name) => hostKey(parseHostName(name))));
  return named.size === hosts.length && hosts.every((host) => named.has(hostKey(host)));
}
