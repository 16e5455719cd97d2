import type { JsonObject, JsonValue } from './cluster.ts';

/** Why a pod template is not taken: the field that is in the way, as `kubectl explain` writes it, and what to do. */
export interface PodTemplateProblem {
  readonly field: string;
  readonly message: string;
}

/** Who wrote the template: the server's own configuration may set more than a caller of the API. */
export type TemplateAuthor = 'api' | 'configuration';

type Rule = 'anyone' | 'configuration' | { readonly never: string };

const ours: Rule = {
  never: 'Longarm sets it, or a command could not be started, read or ended as promised. Leave it out.',
};
const identity: Rule = {
  never:
    'The service account of a command comes from the role assignment of whoever runs it. Set serviceAccount there, or on the cluster.',
};
const isolation: Rule = {
  never:
    'With it the supervisor is not the first process of its own namespace, and could not end a command. Leave it out.',
};

/** The fields of a pod's spec. What is not named here is for the server's configuration. */
const specRules: Readonly<Record<string, Rule>> = {
  activeDeadlineSeconds: ours,
  automountServiceAccountToken: identity,
  ephemeralContainers: ours,
  hostPID: isolation,
  nodeName: ours,
  restartPolicy: ours,
  schedulingGates: ours,
  serviceAccount: identity,
  serviceAccountName: identity,
  shareProcessNamespace: isolation,
  terminationGracePeriodSeconds: ours,
  affinity: 'anyone',
  imagePullSecrets: 'anyone',
  nodeSelector: 'anyone',
  priorityClassName: 'anyone',
  runtimeClassName: 'anyone',
  tolerations: 'anyone',
  topologySpreadConstraints: 'anyone',
  containers: 'anyone',
  volumes: 'anyone',
};

/** The fields of the container `command`. */
const commandRules: Readonly<Record<string, Rule>> = {
  args: ours,
  command: ours,
  livenessProbe: ours,
  readinessProbe: ours,
  startupProbe: ours,
  lifecycle: ours,
  stdin: ours,
  tty: ours,
  workingDir: ours,
  restartPolicy: ours,
  name: 'anyone',
  env: 'anyone',
  envFrom: 'anyone',
  resources: 'anyone',
  volumeMounts: 'anyone',
};

/** The keeper only waits, and is what every result is read through. */
const keeperRules: Readonly<Record<string, Rule>> = { name: 'anyone', resources: 'anyone' };

const metadataRules: Readonly<Record<string, Rule>> = {
  labels: 'anyone',
  annotations: 'anyone',
  finalizers: { never: 'Nobody would take it off again, and pods would stay for ever. Leave it out.' },
};

/** The sources of a volume that a caller of the API may name: nothing of the node's. */
const openVolumes = [
  'configMap',
  'downwardAPI',
  'emptyDir',
  'persistentVolumeClaim',
  'projected',
  'secret',
  'ephemeral',
];

const ownPrefix = 'longarm-';
/** Where the pod of a command has its own mounts: its spool and files, and its service account. */
const ownPaths = /^\/(longarm|(var\/)?run\/secrets\/kubernetes\.io\/serviceaccount)(\/|$)/;
const mustBeObject = 'It must be an object; a template cannot take it away.';

/**
 * Finds what a pod template may not say (docs/kubernetes.md, "The pod template"). `undefined` where it is taken.
 * What the cluster makes of it is not judged: `longarm doctor --cluster` asks the cluster.
 */
export function podTemplateProblem(template: JsonObject, by: TemplateAuthor): PodTemplateProblem | undefined {
  for (const key of Object.keys(template)) {
    if (key === 'metadata' || key === 'spec') continue;
    return { field: key, message: `A pod template has metadata and spec, and nothing else; ${key} is neither.` };
  }
  return (
    part(
      template['metadata'],
      'metadata',
      (metadata) =>
        fields(
          metadata,
          'metadata',
          metadataRules,
          { never: 'Longarm names its pods itself. A template may set labels and annotations.' },
          by,
        ) ?? ownKeys(metadata),
    ) ?? part(template['spec'], 'spec', (spec) => specProblem(spec, by))
  );
}

function specProblem(spec: JsonObject, by: TemplateAuthor): PodTemplateProblem | undefined {
  return (
    fields(spec, 'spec', specRules, 'configuration', by) ??
    entries(spec['containers'], 'spec.containers', (container, at) => containerProblem(container, at, by)) ??
    entries(spec['volumes'], 'spec.volumes', (volume, at) => volumeProblem(volume, at, by))
  );
}

function containerProblem(container: JsonObject, at: string, by: TemplateAuthor): PodTemplateProblem | undefined {
  const name = container['name'];
  if (name === 'keeper') return fields(container, at, keeperRules, ours, by);
  if (name !== 'command') return by === 'configuration' ? undefined : onlyConfiguration(at, ['keeper', 'command']);
  return (
    fields(container, at, commandRules, 'configuration', by) ??
    entries(container['volumeMounts'], `${at}.volumeMounts`, mountProblem) ??
    entries(container['env'], `${at}.env`, variableProblem)
  );
}

function mountProblem({ name, mountPath }: JsonObject, at: string): PodTemplateProblem | undefined {
  if (typeof name === 'string' && name.startsWith(ownPrefix)) return ownName(`${at}.name`);
  return typeof mountPath === 'string' && ownPaths.test(mountPath)
    ? { field: `${at}.mountPath`, message: 'What lies there is Longarm’s own. Mount it elsewhere.' }
    : undefined;
}

function variableProblem({ name }: JsonObject, at: string): PodTemplateProblem | undefined {
  return name === 'KUBECONFIG' || name === 'HOME'
    ? {
        field: `${at}.name`,
        message: `Longarm sets ${name} itself. Set it in the command, where it must be another one.`,
      }
    : undefined;
}

function ownName(field: string): PodTemplateProblem {
  return { field, message: `Names that begin with ${ownPrefix} are Longarm’s own. Name it otherwise.` };
}

function volumeProblem(volume: JsonObject, at: string, by: TemplateAuthor): PodTemplateProblem | undefined {
  const { name, ...sources } = volume;
  if (typeof name === 'string' && name.startsWith(ownPrefix)) return ownName(`${at}.name`);
  if (by === 'configuration') return undefined;
  const closed = Object.keys(sources).find((source) => !openVolumes.includes(source));
  return closed === undefined ? undefined : onlyConfiguration(`${at}.${closed}`, ['name', ...openVolumes]);
}

function ownKeys(metadata: JsonObject): PodTemplateProblem | undefined {
  for (const kind of ['labels', 'annotations']) {
    const given = metadata[kind];
    if (given !== undefined && !isObject(given)) return { field: `metadata.${kind}`, message: mustBeObject };
    const own = isObject(given)
      ? Object.keys(given).find((key) => /^(longarm\.dev\/|app\.kubernetes\.io\/(name|managed-by)$)/.test(key))
      : undefined;
    if (own !== undefined)
      return { field: `metadata.${kind}.${own}`, message: 'Longarm knows its pods by it. Leave it out.' };
  }
  return undefined;
}

function fields(
  object: JsonObject,
  place: string,
  rules: Readonly<Record<string, Rule>>,
  others: Rule,
  by: TemplateAuthor,
): PodTemplateProblem | undefined {
  for (const key of Object.keys(object)) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : others;
    if (rule === undefined || rule === 'anyone') continue;
    if (rule === 'configuration') {
      if (by === 'configuration') continue;
      const open = Object.keys(rules).filter((each) => rules[each] === 'anyone');
      return onlyConfiguration(`${place}.${key}`, open);
    }
    return { field: `${place}.${key}`, message: rule.never };
  }
  return undefined;
}

/** Names what may be set in its place, so that a slip of the pen is seen for what it is. */
function onlyConfiguration(field: string, open: readonly string[]): PodTemplateProblem {
  return {
    field,
    message: `Only the server’s own configuration may set it, because it reaches beyond the command; here these may be set: ${open.join(', ')}. Leave it out, or declare the cluster there.`,
  };
}

function part(
  value: JsonValue | undefined,
  field: string,
  judge: (object: JsonObject) => PodTemplateProblem | undefined,
): PodTemplateProblem | undefined {
  if (value === undefined) return undefined;
  return isObject(value) ? judge(value) : { field, message: mustBeObject };
}

function entries(
  value: JsonValue | undefined,
  field: string,
  judge: (entry: JsonObject, at: string) => PodTemplateProblem | undefined,
): PodTemplateProblem | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return { field, message: 'It must be a list; a template cannot take it away.' };
  const list: readonly JsonValue[] = value;
  for (const [index, entry] of list.entries()) {
    const at = `${field}[${index}]`;
    if (!isObject(entry)) return { field: at, message: mustBeObject };
    const found = judge(entry, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
