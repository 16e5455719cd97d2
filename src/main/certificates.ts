import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import { ensureCertificates } from '../server/tls/ensure-certificates.ts';
import { loadCertificates } from '../server/tls/load-certificates.ts';
import { dataPaths } from './data-directory.ts';

/** What the TLS listener shows, and what clients must trust for it. */
export interface ServerCertificates {
  readonly certPem: string;
  readonly keyPem: string;
  /** The file of our own CA; `undefined` where the operator brought a certificate that clients trust anyway. */
  readonly caFile: string | undefined;
}

/** The certificates that the configuration names, or our own, made and renewed as needed. */
export async function serverCertificates(
  config: Config,
  publicUrl: string,
  clock: Clock,
  log: Logger,
): Promise<ServerCertificates> {
  if (config.tls !== undefined) return { ...(await loadCertificates({ ...config.tls, clock })), caFile: undefined };
  const host = new URL(publicUrl).hostname.replace(/^\[|\]$/g, '');
  const hosts = [...new Set([host, 'localhost', '127.0.0.1', '::1'])];
  const made = await ensureCertificates({ directory: dataPaths(config.dataDir).tls, hosts, clock });
  if (made.authority === 'replaced') {
    log.warn({ caFile: made.caFile, reason: made.reason }, 'made a new CA; clients must be given the new CA file');
  } else if (made.reason !== undefined) {
    log.info({ caFile: made.caFile, reason: made.reason }, 'made a certificate');
  }
  return made;
}
