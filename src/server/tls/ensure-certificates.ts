import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Instant, toRfc3339 } from '../../core/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import { newAuthority } from './authority.ts';
import { CertificateError } from './certificate-error.ts';
import { type HostName, parseHostNames } from './host-name.ts';
import { formatKeyPair, type KeyPair, parseKeyPair } from './key-pair-file.ts';
import { permitsAll, permittedHosts } from './name-constraints.ts';
import { issueServerCertificate, namesExactly, serverCertificateLifeMs } from './server-certificate.ts';
import { isCurrent, periodOf } from './validity.ts';
import { writeWholeFile } from './write-whole-file.ts';

/** Our own certificates, ready for `https.createServer` and `setSecureContext`. */
export interface Certificates {
  readonly certPem: string;
  readonly keyPem: string;
  /** The authority's certificate: what clients must trust. */
  readonly caPem: string;
  /** The file that holds `caPem`. It is no secret: mode 0644. */
  readonly caFile: string;
  /** When the server certificate ends. */
  readonly notAfter: Instant;
  /** `replaced` means that clients which trust the former authority must be given the new `caFile`. */
  readonly authority: 'kept' | 'created' | 'replaced';
  readonly serverCertificate: 'kept' | 'issued';
  /** Why something was made anew, as a sentence for the log; `undefined` where all was kept. */
  readonly reason: string | undefined;
}

interface Made<State extends string> {
  readonly pair: KeyPair;
  readonly state: State;
  readonly reason?: string;
}

/**
 * Gives the server its own certificates, making or renewing what is missing, due, or does not fit the hosts. Meant to
 * be called at the start and then daily: it changes nothing before a third of the certificate's life is left.
 *
 * Files in `directory`: `authority.pem` and `server.pem` (key and certificate, mode 0600), `ca.pem` (certificate).
 * Two processes that start at once end with the same authority.
 * @throws {CertificateError} when a host cannot be named, the clock is before the authority's beginning, or
 * `authority.pem` is damaged: it is never replaced in silence, because clients trust it.
 */
export async function ensureCertificates(options: {
  readonly directory: string;
  /** Host names and IP addresses by which clients reach the server. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
}): Promise<Certificates> {
  const hosts = parseHostNames(options.hosts);
  const now = options.clock.now();
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const authority = await ensureAuthority(path.join(options.directory, 'authority.pem'), hosts, now);
  const server = await ensureServer(path.join(options.directory, 'server.pem'), authority.pair, hosts, now);
  const caFile = path.join(options.directory, 'ca.pem');
  if ((await readIfThere(caFile)) !== authority.pair.certPem) {
    await writeWholeFile(caFile, authority.pair.certPem, { mode: 0o644, replace: true });
  }
  return {
    certPem: server.pair.certPem,
    keyPem: server.pair.keyPem,
    caPem: authority.pair.certPem,
    caFile,
    notAfter: periodOf(server.pair.certificate).notAfter,
    authority: authority.state,
    serverCertificate: server.state,
    reason: authority.reason ?? server.reason,
  };
}

async function ensureAuthority(
  file: string,
  hosts: readonly HostName[],
  now: Instant,
): Promise<Made<Certificates['authority']>> {
  const text = await readIfThere(file);
  if (text === undefined) {
    const pair = newAuthority(hosts, now);
    const isOurs = await writeWholeFile(file, formatKeyPair(pair), { mode: 0o600, replace: false });
    if (isOurs) return { pair, state: 'created', reason: 'There was no certificate authority yet.' };
    return ensureAuthority(file, hosts, now);
  }
  const pair = parseKeyPair(text, file);
  const reason = faultOfAuthority(pair, hosts, now);
  if (reason === undefined) return { pair, state: 'kept' };
  const successor = newAuthority(hosts, now);
  await writeWholeFile(file, formatKeyPair(successor), { mode: 0o600, replace: true });
  return { pair: successor, state: 'replaced', reason };
}

function faultOfAuthority(pair: KeyPair, hosts: readonly HostName[], now: Instant): string | undefined {
  const period = periodOf(pair.certificate);
  if (now < period.notBefore) {
    // A machine that starts with its clock at 1970 must not cost every client its trust.
    throw new CertificateError(
      `The machine's clock says ${toRfc3339(now)}, and its certificate authority was made later, at ` +
        `${toRfc3339(period.notBefore)}. Set the clock.`,
    );
  }
  // It must outlive what it signs.
  if (!isCurrent(period, now, serverCertificateLifeMs)) return 'The certificate authority was near its end.';
  if (!permitsAll(permittedHosts(new Uint8Array(pair.certificate.raw)), hosts)) {
    return 'The server has a host that the certificate authority may not sign for.';
  }
  return undefined;
}

async function ensureServer(
  file: string,
  authority: KeyPair,
  hosts: readonly HostName[],
  now: Instant,
): Promise<Made<Certificates['serverCertificate']>> {
  const text = await readIfThere(file);
  const found = text === undefined ? 'There was no server certificate yet.' : readServer(text, file);
  const reason = typeof found === 'string' ? found : faultOfServer(found, authority, hosts, now);
  if (typeof found !== 'string' && reason === undefined) return { pair: found, state: 'kept' };
  const pair = issueServerCertificate(authority, hosts, now);
  await writeWholeFile(file, formatKeyPair(pair), { mode: 0o600, replace: true });
  return { pair, state: 'issued', ...(reason === undefined ? {} : { reason }) };
}

/** Nobody keeps a server certificate for trust, so a damaged one is replaced, and the reason told. */
function readServer(text: string, file: string): KeyPair | string {
  try {
    return parseKeyPair(text, file);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function faultOfServer(
  pair: KeyPair,
  authority: KeyPair,
  hosts: readonly HostName[],
  now: Instant,
): string | undefined {
  if (!pair.certificate.verify(authority.certificate.publicKey)) {
    return 'The server certificate was signed by another authority.';
  }
  if (!namesExactly(pair.certificate, hosts)) return 'The server’s hosts changed.';
  if (!isCurrent(periodOf(pair.certificate), now, serverCertificateLifeMs / 3)) {
    return 'Less than a third of the server certificate’s life was left.';
  }
  return undefined;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
