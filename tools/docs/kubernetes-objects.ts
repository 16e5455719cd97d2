import { stringify } from 'yaml';
import type { ClusterUid } from '../../src/core/command-id.ts';
import { parseCommandId } from '../../src/core/command-id.ts';
import type { JsonValue } from '../../src/core/cluster.ts';
import { defaultServiceAccount } from '../../src/core/command-account.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { serverRights } from '../../src/executors/kubernetes/install/server-rights.ts';
import { defaultNamespace } from '../../src/executors/kubernetes/names.ts';
import { buildPod } from '../../src/executors/kubernetes/pod/build-pod.ts';
import { packPayload } from '../../src/executors/kubernetes/pod/payload.ts';

/** The pod of a small command on a cluster that sets nothing, as YAML in a fence; scripts are left out. */
export function podOfACommand(): string {
  const commandId = parseCommandId('0123456789abcdef0123456789abcdef');
  if (commandId === undefined) throw new Error('The id of the example is none.');
  const launch = {
    commandId,
    clusterUid: 'a1d0c6e8-3f02-4327-9846-1063f4ac58a6' as ClusterUid,
    shell: 'sh' as const,
    text: 'kubectl get nodes',
    files: [],
    startMs: defaultLimits.startMs,
    timeoutMs: defaultLimits.runMs,
    graceMs: defaultLimits.graceMs,
    outputLimitBytes: defaultLimits.outputBytes,
    admit: async (): Promise<void> => {},
  };
  const pod = buildPod(launch, packPayload(launch), {
    namespace: defaultNamespace,
    image: 'docker.io/alpine/k8s:1.34.0',
    serviceAccount: defaultServiceAccount,
    anchorUid: '5b1f7a52-6c1e-4f0e-9d55-0c7d5d3c1c11',
  });
  return `\`\`\`yaml generated\n${stringify(withoutScripts(pod), { lineWidth: 0, singleQuote: true }).trim()}\n\`\`\``;
}

/** Puts `…` in the place of every text of more than one line. */
function withoutScripts(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.includes('\n') ? '…' : value;
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(withoutScripts);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutScripts(each)]));
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** What the server's Role grants and why, as a Markdown table. */
export function serverRightsTable(): string {
  const rows = serverRights.map(({ resource, verbs, only, serves }) => {
    const which = only === undefined ? '' : `, only \`${only === 'namespace' ? 'the namespace itself' : only.name}\``;
    const verbList = verbs.map((verb) => `\`${verb}\``).join(' ');
    return `| \`${resource}\`${which.replace('`the namespace itself`', 'the namespace itself')} | ${verbList} | ${serves.replace('longarm doctor', '`longarm doctor`')} |`;
  });
  return ['| what | verbs | why |', '| --- | --- | --- |', ...rows].join('\n');
}
