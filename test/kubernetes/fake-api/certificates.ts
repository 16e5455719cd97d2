import { ExtendedKeyUsage, id_ce_extKeyUsage, id_kp_clientAuth } from '@peculiar/asn1-x509';
import { instantFromMs } from '../../../src/core/instant.ts';
import { newAuthority } from '../../../src/server/tls/authority.ts';
import { parseHostNames } from '../../../src/server/tls/host-name.ts';
import { type KeyPair, newPrivateKey, toKeyPair } from '../../../src/server/tls/key-pair-file.ts';
import { issueServerCertificate } from '../../../src/server/tls/server-certificate.ts';
import { extension, publicKeyOf, signCertificate } from '../../../src/server/tls/sign-certificate.ts';
import { periodFrom } from '../../../src/server/tls/validity.ts';

const dayMs = 24 * 60 * 60 * 1000;
// TLS looks at the machine's own clock.
const now = instantFromMs(Date.now());

/** An authority for these hosts. */
export function makeAuthority(hosts: readonly string[]): KeyPair {
  return newAuthority(parseHostNames(hosts), now);
}

/** A server's certificate. */
export function makeServerCertificate(authority: KeyPair, hosts: readonly string[]): KeyPair {
  return issueServerCertificate(authority, parseHostNames(hosts), now);
}

/** A client's certificate for a user of that name. */
export function makeClientCertificate(authority: KeyPair, name: string): KeyPair {
  const key = newPrivateKey();
  const certPem = signCertificate(
    {
      issuerName: /^CN=(.*)$/m.exec(authority.certificate.subject)?.[1] ?? '',
      subjectName: name,
      publicKey: publicKeyOf(key),
      ...periodFrom(now, dayMs),
      extensions: [extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_clientAuth]))],
    },
    authority.key,
  );
  return toKeyPair(certPem, key);
}
