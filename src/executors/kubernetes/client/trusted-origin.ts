import type { Environment } from './cluster-access.ts';

/** Where a kubeconfig that may name files and programs comes from. */
export interface TrustedOrigin {
  /** Its own directory: relative paths start here. Absolute. */
  readonly directory: string;
  /** What exec plugins find in their environment: `PATH`, `HOME`, a cloud's settings. */
  readonly environment: Environment;
}
