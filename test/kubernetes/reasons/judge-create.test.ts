import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ApiRefusal, judgeCreate } from '../../../src/executors/kubernetes/reasons/judge-create.ts';
import { readFields } from './seen.ts';

const refusals = readFields(new URL('refusals.json', import.meta.url));

/** A refusal as the API server gave it; a webhook's denial has no reason. */
function given(name: string): ApiRefusal {
  const status = refusals[name];
  if (typeof status !== 'object' || status === null) throw new Error(`there is no refusal ${name}`);
  const { code, reason, message, details }: Readonly<Record<string, unknown>> = { ...status };
  if (typeof code !== 'number' || typeof message !== 'string') throw new Error(`${name} is no Status`);
  return { code, reason: typeof reason === 'string' ? reason : '', message, details };
}

const meanings: readonly (readonly [name: string, type: string, reason: string])[] = [
  ['pod-security', 'refused', 'PodSecurityViolation'],
  ['service-account', 'retry 5000', 'ServiceAccountNotFound'],
  ['namespace', 'retry 5000', 'NamespaceNotFound'],
  ['namespace-terminating', 'refused', 'NamespaceTerminating'],
  ['invalid', 'refused', 'InvalidPodSpec'],
  ['unknown-type', 'refused', 'InvalidPodSpec'],
  ['priority-class', 'retry 5000', 'PriorityClassNotFound'],
  ['runtime-class', 'retry 5000', 'RuntimeClassNotFound'],
  ['secret-too-big', 'refused', 'Invalid'],
  ['secret-too-huge', 'refused', 'RequestEntityTooLarge'],
  ['quota', 'retry 10000', 'QuotaExceeded'],
  ['quota-must-specify', 'refused', 'ResourcesRequired'],
  ['limit-range', 'refused', 'LimitRangeViolation'],
  ['forbidden', 'retry 5000', 'Forbidden'],
  ['unauthorized', 'retry 10000', 'Unauthorized'],
  ['admission-policy', 'refused', 'AdmissionDenied'],
  ['webhook-denies', 'refused', 'AdmissionDenied'],
  ['webhook-no-service', 'retry 30000', 'AdmissionWebhookUnavailable'],
  ['webhook-refused', 'retry 30000', 'AdmissionWebhookUnavailable'],
  ['webhook-slow', 'retry 30000', 'AdmissionWebhookUnavailable'],
  ['already-exists', 'retry 60000', 'AlreadyExists'],
];

function told(refusal: ApiRefusal): readonly [type: string, reason: string] {
  const verdict = judgeCreate(refusal);
  return [verdict.type === 'retry' ? `retry ${verdict.forMs}` : verdict.type, verdict.reason];
}

describe('judgeCreate, on what Kubernetes 1.34.4 said', () => {
  test('there is a case for each refusal that was recorded', () => {
    assert.deepEqual(meanings.map(([name]) => name).toSorted(), Object.keys(refusals).toSorted());
  });

  for (const [name, type, reason] of meanings) {
    test(`${name} is ${reason}, ${type}, with the whole of the cluster’s sentence before ours`, () => {
      const refusal = given(name);
      assert.deepEqual(told(refusal), [type, reason]);
      const { message } = judgeCreate(refusal);
      assert.ok(message.startsWith(refusal.message), message);
      assert.ok(message.length > refusal.message.length + 20, 'nothing says what to do');
    });
  }
});

describe('judgeCreate, on what a cluster under strain or of another vendor says', () => {
  const cases: readonly (readonly [title: string, refusal: ApiRefusal, type: string, reason: string])[] = [
    [
      'a quota that others are counted against passes',
      {
        code: 409,
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on resourcequotas "small": the object has been modified; please apply your changes to the latest version and try again',
      },
      'retry 30000',
      'QuotaBusy',
    ],
    [
      'a quota that was never counted passes',
      {
        code: 403,
        reason: 'Forbidden',
        message: 'pods "x" is forbidden: status unknown for quota: q, resources: pods',
      },
      'retry 30000',
      'QuotaBusy',
    ],
    [
      'OpenShift’s security context constraints are pod security',
      {
        code: 403,
        reason: 'Forbidden',
        message:
          'pods "x" is forbidden: unable to validate against any security context constraint: [provider "anyuid": Forbidden: not usable by user or serviceaccount]',
      },
      'refused',
      'PodSecurityViolation',
    ],
    [
      'a webhook may deny with any code, and say anything',
      {
        code: 500,
        reason: 'InternalError',
        message: 'admission webhook "q.example.com" denied the request: exceeded quota: team, failed calling webhook',
      },
      'refused',
      'AdmissionDenied',
    ],
    [
      'a policy may say anything',
      {
        code: 422,
        reason: 'Invalid',
        message:
          'pods "x" is forbidden: ValidatingAdmissionPolicy \'p\' with binding \'b\' denied request: violates PodSecurity "restricted"',
      },
      'refused',
      'AdmissionDenied',
    ],
    [
      'a 403 of an admission plugin that nobody knows is a denial',
      { code: 403, reason: 'Forbidden', message: 'pods "x" is forbidden: the moon is full' },
      'refused',
      'AdmissionDenied',
    ],
    ['a 403 without a word is a denial', { code: 403, reason: '', message: '' }, 'refused', 'AdmissionDenied'],
    [
      'a request that webhooks used up, though each may fail, waits for them',
      {
        code: 504,
        reason: 'Timeout',
        message: 'Timeout: request did not complete within requested timeout',
      },
      'retry 30000',
      'AdmissionWebhookUnavailable',
    ],
    [
      'a request that took as long as the API server allows at all names no webhook',
      {
        code: 504,
        reason: 'Timeout',
        message: 'Timeout: request did not complete within the allotted timeout',
      },
      'retry 300000',
      'ApiServerUnavailable',
    ],
    [
      'a request that took the API server too long names no webhook',
      {
        code: 504,
        reason: 'Timeout',
        message: 'Timeout: request did not complete within requested timeout - context deadline exceeded',
      },
      'retry 300000',
      'ApiServerUnavailable',
    ],
    [
      'etcd may come back',
      { code: 500, reason: '', message: 'etcdserver: leader changed' },
      'retry 300000',
      'ApiServerUnavailable',
    ],
    [
      'too many requests pass',
      { code: 429, reason: 'TooManyRequests', message: '' },
      'retry 300000',
      'ApiServerUnavailable',
    ],
    [
      'what is no Kubernetes API is not asked again',
      { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' },
      'refused',
      'NotFound',
    ],
    ['a proxy’s 407 is not asked again', { code: 407, reason: '', message: 'authenticate' }, 'refused', 'Rejected'],
  ];
  for (const [title, refusal, type, reason] of cases) {
    test(title, () => {
      assert.deepEqual(told(refusal), [type, reason]);
    });
  }

  test('details of any form do no harm', () => {
    for (const details of [null, 'x', 3, [], { kind: 7 }, { kind: 'secrets' }]) {
      const { reason } = judgeCreate({ code: 422, reason: 'Invalid', message: 'x', details });
      assert.match(reason, /^Invalid/);
    }
  });
});
