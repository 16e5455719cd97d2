import {
  BasicConstraints,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import type { Instant } from '../../core/instant.ts';
import type { HostName } from './host-name.ts';
import { type KeyPair, newPrivateKey, toKeyPair } from './key-pair-file.ts';
import { nameConstraints } from './name-constraints.ts';
import { extension, keyIdentifier, publicKeyOf, signCertificate } from './sign-certificate.ts';
import { periodFrom } from './validity.ts';

const lifeMs = 10 * 365 * 24 * 60 * 60 * 1000;

/**
 * Makes a certificate authority that can sign for these hosts alone, for ten years. Whoever trusts it trusts it for
 * nothing else, so it may stand in a system's trust store. The extensions are those that Python 3.13's strict
 * verification asks for (RFC 5280 §4.2.1).
 */
export function newAuthority(hosts: readonly HostName[], now: Instant): KeyPair {
  const key = newPrivateKey();
  const publicKey = publicKeyOf(key);
  const id = keyIdentifier(publicKey);
  // Each authority has a name of its own: a trust store may hold an old and a new one side by side.
  const name = `Longarm CA ${id.toString('hex').slice(0, 8)}`;
  const certPem = signCertificate(
    {
      issuerName: name,
      subjectName: name,
      publicKey,
      ...periodFrom(now, lifeMs),
      extensions: [
        extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true, pathLenConstraint: 0 })),
        extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign)),
        extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(id)),
        extension(id_ce_nameConstraints, true, nameConstraints(hosts)),
      ],
    },
    key,
  );
  return toKeyPair(certPem, key);
}
