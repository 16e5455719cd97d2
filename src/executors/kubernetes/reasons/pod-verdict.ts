import type { Pod, PodEvent } from './pod-shape.ts';

/** What is seen of a command's pod at one moment. */
export interface PodSight {
  readonly pod: Pod;
  /** Its events; those of another pod of its name are left out of account. */
  readonly events: readonly PodEvent[];
  /** How long ago the pod was created or first seen, whichever we know of, by our monotonic clock. */
  readonly pendingMs: number;
  /** The name of the container that runs the command. */
  readonly commandContainer: string;
}

/** What a pod and its events say about why the command has not begun, or how the cluster ended it. */
export type PodVerdict =
  /** Nothing to say: it is on its way, or running. */
  | { readonly type: 'nothing' }
  /**
   * Why it has not begun so far. `lookAgainInMs`: judge again then even if nothing has changed, because a grace is over
   * then; absent where only the start limit ends it.
   */
  | { readonly type: 'pending'; readonly reason: string; readonly message: string; readonly lookAgainInMs?: number }
  /**
   * It will not start, and nothing ran. A pod that is still there is to be removed before that is told to anyone:
   * whatever hindered it may pass in the next moment. `retryPod` only where it is proven that nothing ran.
   */
  | { readonly type: 'refused'; readonly reason: string; readonly message: string; readonly retryPod: boolean }
  /**
   * The cluster saw the command's container end, or the whole pod without saying what became of the container. Without
   * `exitCode` it is not known; times only where they are some.
   */
  | {
      readonly type: 'ended';
      readonly reason: string;
      readonly message: string;
      readonly exitCode?: number;
      readonly startedAt?: string;
      readonly finishedAt?: string;
      /** Whether the cluster gave the pod up without saying that the container has ended: then it may still run. */
      readonly unseen?: true;
    };
