import { type CreateReason, createReasons } from './create-reasons.ts';
import type { Policy } from './reason-row.ts';
import { sentence } from './sentence.ts';

/** What the API server answered in place of creating an object: the `Status` of the Kubernetes API. */
export interface ApiRefusal {
  /** The HTTP status. */
  readonly code: number;
  /** The API's own word, `Forbidden`; a webhook's denial may have none. */
  readonly reason: string;
  readonly message: string;
  /** `details` of the Status, as it came. */
  readonly details?: unknown;
}

/** What a refused creation means for the command. */
export type CreateVerdict =
  /** It is refused for good, and nothing ran. */
  | { readonly type: 'refused'; readonly reason: string; readonly message: string }
  /**
   * It may pass. Say this and try again, for `forMs` since the first such answer; after that the command is refused
   * with it. A 5xx does not tell that nothing was created: what has the pod's name by then is to be removed first.
   */
  | { readonly type: 'retry'; readonly reason: string; readonly message: string; readonly forMs: number };

/** A refusal's meaning by its text: the first rule that fits decides. */
interface Rule {
  readonly word: CreateReason;
  readonly code?: number;
  readonly says: RegExp;
}

/**
 * What policies say is the users' own text and may contain anything, so their rules come first and are anchored. The
 * codes do not tell much: a webhook denies with any code (400 when it gives none), a ValidatingAdmissionPolicy with 422.
 */
const rules: readonly Rule[] = [
  { word: 'AdmissionDenied', says: /^admission webhook ".*?" denied the request/ },
  { word: 'AdmissionDenied', says: /^\S+ (?:".*?" )?is forbidden: \w+AdmissionPolicy '.*?' with binding '.*?' denied/ },
  { word: 'AdmissionWebhookUnavailable', says: /failed calling webhook|failed to call webhook/ },
  // What asks the webhooks says it so where they used up the whole request. Where it was anything else, or that is not
  // known, the API server says more: "… - context deadline exceeded", "within the allotted timeout".
  { word: 'AdmissionWebhookUnavailable', code: 504, says: /request did not complete within requested timeout$/ },
  { word: 'PodSecurityViolation', code: 403, says: /violates PodSecurity "|against any security context constraint/ },
  { word: 'QuotaExceeded', code: 403, says: /exceeded quota: / },
  { word: 'ResourcesRequired', code: 403, says: /failed quota: .*must specify/ },
  { word: 'QuotaBusy', code: 403, says: /status unknown for quota/ },
  { word: 'QuotaBusy', code: 409, says: /resourcequotas/ },
  { word: 'ServiceAccountNotFound', code: 403, says: /error looking up service account/ },
  { word: 'PriorityClassNotFound', code: 403, says: /no PriorityClass with name/ },
  { word: 'RuntimeClassNotFound', code: 403, says: /RuntimeClass ".*?" not found/ },
  {
    word: 'LimitRangeViolation',
    code: 403,
    says: /(?:maximum|minimum) .* usage per \w+ is|limit to request ratio per/,
  },
  { word: 'NamespaceTerminating', code: 403, says: /because it is being terminated/ },
  { word: 'Forbidden', code: 403, says: /cannot \w+ resource/ },
  { word: 'AdmissionDenied', code: 403, says: /./ },
  { word: 'NamespaceNotFound', code: 404, says: /^namespaces "/ },
];

/**
 * Tells what a refused POST of a command's pod, or of its Secret, means. An answer that never came is no refusal, and
 * AlreadyExists is one only when what exists is not ours.
 */
export function judgeCreate(refusal: ApiRefusal): CreateVerdict {
  const word = wordFor(refusal);
  const { policy, todo } = createReasons[word];
  const message = sentence([refusal.message], todo);
  const forMs = graceOf(policy);
  return forMs === undefined
    ? { type: 'refused', reason: word, message }
    : { type: 'retry', reason: word, message, forMs };
}

function wordFor(refusal: ApiRefusal): CreateReason {
  const { code, message } = refusal;
  const rule = rules.find((each) => (each.code === undefined || each.code === code) && each.says.test(message));
  if (rule !== undefined) return rule.word;
  if (code === 401) return 'Unauthorized';
  if (code === 403) return 'AdmissionDenied';
  if (code === 404) return 'NotFound';
  if (code === 409) return 'AlreadyExists';
  if (code === 413) return 'RequestEntityTooLarge';
  if (code === 400 || code === 422) return isAboutSecret(refusal.details) ? 'Invalid' : 'InvalidPodSpec';
  return code === 408 || code === 429 || code >= 500 ? 'ApiServerUnavailable' : 'Rejected';
}

function isAboutSecret(details: unknown): boolean {
  if (typeof details !== 'object' || details === null || !('kind' in details)) return false;
  return typeof details.kind === 'string' && /^secrets?$/i.test(details.kind);
}

function graceOf(policy: Policy): number | undefined {
  return policy.type === 'grace' ? policy.graceMs : undefined;
}
