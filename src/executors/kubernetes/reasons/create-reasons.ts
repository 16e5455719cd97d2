import type { ReasonRows } from './reason-row.ts';

const second = 1000;

/**
 * What the API server's refusal of a pod, or of its Secret, can mean. The API server has no words of its own for most
 * of these (all are `Forbidden` or `Invalid`), so the words are ours, and its sentence follows them.
 */
export const createReasons = {
  QuotaExceeded: {
    shows: 'create: 403, `exceeded quota`',
    policy: { type: 'grace', graceMs: 10 * second },
    todo: 'Wait for other pods of the namespace to end, raise the ResourceQuota, or ask for less in the pod template.',
  },
  QuotaBusy: {
    shows: 'create: 409 on `resourcequotas`, or 403 `status unknown for quota`',
    policy: { type: 'grace', graceMs: 30 * second },
    todo: 'The quota was being counted for others at the same moment; send the command again.',
  },
  ResourcesRequired: {
    shows: 'create: 403, `failed quota`, `must specify`',
    policy: { type: 'atOnce' },
    todo: 'The ResourceQuota wants requests or limits named: set them in the pod template.',
  },
  LimitRangeViolation: {
    shows: 'create: 403, `maximum … usage per Container`',
    policy: { type: 'atOnce' },
    todo: 'Set requests and limits in the pod template within the LimitRange of the namespace.',
  },
  PodSecurityViolation: {
    shows:
      'create: 403, `violates PodSecurity`; OpenShift: `unable to validate against any security context constraint`',
    policy: { type: 'atOnce' },
    todo: 'Take what it names out of the pod template (without a template Longarm’s pod is *restricted*), or run in a namespace that allows it.',
  },
  AdmissionDenied: {
    shows:
      'create: `admission webhook … denied the request`, `ValidatingAdmissionPolicy … denied request`, any other 403 of admission',
    policy: { type: 'atOnce' },
    todo: 'A policy of the cluster says no: change the pod template or the image to suit it, or have it make an exception.',
  },
  AdmissionWebhookUnavailable: {
    shows:
      'create: 500, `failed calling webhook`; 504 that ends with `request did not complete within requested timeout`',
    policy: { type: 'grace', graceMs: 30 * second },
    todo: 'The webhook, which it mostly names, does not answer; until it does, no pod can be created there.',
  },
  ServiceAccountNotFound: {
    shows: 'create: 403, `error looking up service account`',
    policy: { type: 'grace', graceMs: 5 * second },
    todo: 'Create the service account in that namespace, or name another in the cluster’s settings or the role assignment.',
  },
  NamespaceNotFound: {
    shows: 'create: 404 on `namespaces`',
    policy: { type: 'grace', graceMs: 5 * second },
    todo: 'Create the namespace, or name another in the cluster’s settings.',
  },
  NamespaceTerminating: {
    shows: 'create: 403, `because it is being terminated`',
    policy: { type: 'atOnce' },
    todo: 'The namespace is being deleted: create it anew when it is gone, or name another in the cluster’s settings.',
  },
  PriorityClassNotFound: {
    shows: 'create: 403, `no PriorityClass with name`',
    policy: { type: 'grace', graceMs: 5 * second },
    todo: 'Create the PriorityClass, or take `priorityClassName` out of the pod template.',
  },
  RuntimeClassNotFound: {
    shows: 'create: 403, `RuntimeClass … not found`',
    policy: { type: 'grace', graceMs: 5 * second },
    todo: 'Create the RuntimeClass, or take `runtimeClassName` out of the pod template.',
  },
  Forbidden: {
    shows: 'create: 403, `User … cannot create resource`',
    policy: { type: 'grace', graceMs: 5 * second },
    todo: 'Longarm’s own account lacks the right: apply what `longarm cluster manifest` prints.',
  },
  Unauthorized: {
    shows: 'create: 401',
    policy: { type: 'grace', graceMs: 10 * second },
    todo: 'The cluster does not take Longarm’s credentials: they ran out or were withdrawn; register the cluster with new ones.',
  },
  InvalidPodSpec: {
    shows: 'create: 422, or 400, of the pod',
    policy: { type: 'atOnce' },
    todo: 'Mend the field that it names in the pod template.',
  },
  Invalid: {
    shows: 'create: 422 of anything else, such as the Secret of the files',
    policy: { type: 'atOnce' },
    todo: 'Nothing was run. Where it is about size, send fewer or smaller files.',
  },
  RequestEntityTooLarge: {
    shows: 'create: 413',
    policy: { type: 'atOnce' },
    todo: 'Make the pod template smaller, or send fewer or smaller files.',
  },
  AlreadyExists: {
    shows: 'create: 409, something of that name is still there',
    policy: { type: 'grace', graceMs: 60 * second },
    todo: 'Look at what has that name: Longarm touches only what carries its own labels.',
  },
  NotFound: {
    shows: 'create: 404 of anything but the namespace',
    policy: { type: 'atOnce' },
    todo: 'See that the kubeconfig names the API server of a Kubernetes cluster, and no path below it.',
  },
  ApiServerUnavailable: {
    shows: 'create: 429, any other 5xx',
    policy: { type: 'grace', graceMs: 300 * second },
    todo: 'The API server is overloaded or starting, or what it stands on is; it was asked again and again.',
  },
  Rejected: {
    shows: 'create: any other 4xx',
    policy: { type: 'atOnce' },
    todo: 'The sentence is the API server’s, or that of a proxy before it.',
  },
} as const satisfies ReasonRows;

/** A word for why a pod could not be created. */
export type CreateReason = keyof typeof createReasons;
