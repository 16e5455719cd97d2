import type { Limits } from '../core/limits.ts';
import type { DeclaredCluster } from './declared-cluster.ts';
import type { ProcessUser } from './process-user.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** Everything that can be configured, resolved: nothing is missing, and nothing changes any more. */
export interface Config {
  readonly dataDir: string;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Without a trailing slash; `undefined`: made of host and port once they are bound. */
  readonly publicUrl: string | undefined;
  /** `undefined`: a certificate by Longarm's own CA. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly plainHttp: { readonly enabled: boolean; readonly host: string; readonly port: number };
  /** `undefined`: the one that the data directory keeps. */
  readonly tenantId: string | undefined;
  /** `undefined`: the one that the data directory keeps. */
  readonly subscriptionId: string | undefined;
  readonly location: string;
  readonly provisioningStateCase: 'capital' | 'lower';
  readonly extensions: boolean;
  readonly maxHoldSeconds: number;
  readonly bodyLimitBytes: number;
  /** What the files of one command may take unpacked. */
  readonly contextLimitBytes: number;
  readonly limits: Limits;
  readonly leaseMs: number;
  readonly workerConcurrency: number;
  /** The image of commands whose cluster names none; `undefined`: a public one of the cluster's minor version. */
  readonly toolboxImage: string | undefined;
  readonly processUser: ProcessUser | undefined;
  readonly auditRetentionMs: number;
  readonly metricsTokenFile: string | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly issuers: readonly TrustedIssuer[];
  readonly clusters: readonly DeclaredCluster[];
}
