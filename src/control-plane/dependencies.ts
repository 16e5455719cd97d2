import type { DenialLog } from './denials.ts';
import type { Limits } from '../core/limits.ts';
import type { Principal } from '../core/principal.ts';
import type { Bell } from '../ports/bell.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContextReader } from '../ports/context-reader.ts';
import type { Ids } from '../ports/ids.ts';
import type { KubeconfigCheck } from '../ports/kubeconfig-check.ts';
import type { OutputStore } from '../ports/output-store.ts';
import type { Store } from '../ports/store.ts';

/** What the use cases work with. */
export interface ControlPlane {
  readonly store: Store;
  readonly outputs: OutputStore;
  readonly bell: Bell;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly contexts: ContextReader;
  readonly checkKubeconfig: KubeconfigCheck;
  readonly denials: DenialLog;
  /** The server's limits; a cluster may set its own. */
  readonly limits: Limits;
  /** How long a worker's lease is good without a renewal, in milliseconds. */
  readonly leaseMs: number;
}

/** Who acts, and under which correlation id the act is found again in logs and audit. */
export interface Actor {
  readonly principal: Principal;
  readonly correlationId: string;
}
