import type { ExecutorKind, KubernetesChange, KubernetesSettings } from '../core/cluster.ts';
import { LongarmError } from '../core/error-code.ts';
import { podTemplateProblem } from '../core/pod-template.ts';
import type { ControlPlane } from './dependencies.ts';

/** What a caller of the API may say of how a cluster runs commands in pods. */
export interface PodsChange {
  readonly kubernetes?: KubernetesChange;
  /** Kept sealed, and shown to nobody. */
  readonly kubeconfig?: string;
}

/**
 * Looks at what arrived by the API before a transaction begins.
 * @throws {LongarmError} `InvalidParameter` for a kubeconfig or a pod template that reaches beyond the cluster.
 */
export function checkPodsChange(plane: ControlPlane, { kubernetes, kubeconfig }: PodsChange): void {
  const checked = kubeconfig === undefined ? undefined : plane.checkKubeconfig(kubeconfig);
  if (checked !== undefined && 'problem' in checked) throw refuse('kubeconfig', checked.problem);
  const { podTemplate } = kubernetes ?? {};
  if (podTemplate === undefined || podTemplate === null) return;
  const found = podTemplateProblem(podTemplate, 'api');
  if (found !== undefined) throw refuse('podTemplate', `podTemplate.${found.field}: ${found.message}`);
}

/**
 * The settings of a cluster after the change: they exist exactly where it runs commands in pods.
 * @throws {LongarmError} `InvalidParameter` for settings of a cluster that does not.
 */
export function changedSettings(
  executor: ExecutorKind,
  existing: KubernetesSettings | undefined,
  { kubernetes = {}, kubeconfig }: PodsChange,
): { readonly kubernetes?: KubernetesSettings } {
  if (executor === 'kubernetes') {
    const all = Object.entries({ ...existing, ...kubernetes });
    return { kubernetes: Object.fromEntries(all.filter(([, value]) => value !== null)) };
  }
  const [stated] = [...Object.keys(kubernetes), ...(kubeconfig === undefined ? [] : ['kubeconfig'])];
  if (stated === undefined) return {};
  throw refuse(stated, `Only clusters with the executor 'kubernetes' have ${stated}; this one is '${executor}'.`);
}

/** @throws {LongarmError} `InvalidParameter` where a cluster is to run commands in pods and nobody can reach it. */
export function requireKubeconfig(executor: ExecutorKind, { kubeconfig }: PodsChange): void {
  if (executor !== 'kubernetes' || kubeconfig !== undefined) return;
  throw refuse(
    'kubeconfig',
    'A cluster that is made through the API runs commands in pods by its kubeconfig, all of it inline (kubectl config view --raw --minify --flatten). Send it as properties.longarm.kubeconfig.',
  );
}

function refuse(field: string, message: string): LongarmError {
  return new LongarmError('InvalidParameter', message, { target: `properties.longarm.${field}` });
}
