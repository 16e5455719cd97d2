import type { JsonObject, JsonValue, KubernetesSettings } from '../core/cluster.ts';
import { isLabel, isSubdomain, labelRule, subdomainRule } from '../core/kubernetes-name.ts';
import { podTemplateProblem } from '../core/pod-template.ts';
import type { FileEntry, FileValue } from './config-file.ts';
import type { FileReader } from './file-reader.ts';
import { accepted, rejected, switchType, textType, type ValueType } from './value-type.ts';

/** How the server reaches a cluster that it declares, and how commands run in pods there. */
export interface DeclaredPods {
  readonly reach:
    | {
        readonly type: 'kubeconfig';
        readonly file: string;
        /** `undefined`: its current one. */
        readonly context: string | undefined;
      }
    | { readonly type: 'in-cluster' };
  readonly settings: KubernetesSettings;
}

/** The keys of a declared cluster that are for commands in pods alone. */
export const podsKeys = [
  'kubeconfig',
  'context',
  'inCluster',
  'namespace',
  'image',
  'serviceAccount',
  'podTemplate',
] as const;

const path = textType('the path of a file');
const word = textType('a name');
const image = textType('an image');
const namespace = nameType(isLabel, `a name of ${labelRule}`);
const account = nameType(isSubdomain, `a name of ${subdomainRule}`);

function nameType(isName: (text: string) => boolean, syntax: string): ValueType<string> {
  const parse = (text: string) =>
    isName(text) ? accepted(text) : rejected<string>(`must be ${syntax}; it is \`${text}\``);
  return { syntax, parse };
}

/** Reads what a declared cluster says of commands in pods; `undefined` where something is wrong with it. */
export function readPods(
  entries: ReadonlyMap<string, FileEntry>,
  item: FileValue,
  place: string,
  reader: FileReader,
): DeclaredPods | undefined {
  const read = <T>(key: (typeof podsKeys)[number], type: ValueType<T>): T | undefined =>
    reader.scalar(entries.get(key), `${place}.${key}`, type);
  const settings = {
    ...present('namespace', read('namespace', namespace)),
    ...present('image', read('image', image)),
    ...present('serviceAccount', read('serviceAccount', account)),
    ...present('podTemplate', readTemplate(entries.get('podTemplate'), `${place}.podTemplate`, reader)),
  };
  const file = read('kubeconfig', path);
  const context = read('context', word);
  const inCluster = read('inCluster', switchType) ?? false;
  const complain = (key: string, problem: string): void =>
    reader.complain(entries.get(key)?.line ?? item.line, `${place}.${key}`, problem);
  if (inCluster && file !== undefined)
    complain('kubeconfig', 'and `inCluster` are two ways to reach it; leave one out');
  if (file === undefined && context !== undefined)
    complain('context', 'chooses one of a `kubeconfig`, and there is none');
  if (inCluster) return { reach: { type: 'in-cluster' }, settings };
  if (file !== undefined) return { reach: { type: 'kubeconfig', file, context }, settings };
  if (!entries.has('kubeconfig')) {
    complain(
      'kubeconfig',
      'is missing: commands run in pods by it, or by `inCluster: on` where the server is itself a pod there',
    );
  }
  return undefined;
}

/** Complains of what only commands in pods have, where there are none. */
export function refusePods(entries: ReadonlyMap<string, FileEntry>, place: string, reader: FileReader): void {
  for (const key of podsKeys) {
    const entry = entries.get(key);
    if (entry !== undefined)
      reader.complain(entry.line, `${place}.${key}`, 'is for clusters with `executor: kubernetes`');
  }
}

function readTemplate(entry: FileEntry | undefined, place: string, reader: FileReader): JsonObject | undefined {
  if (entry === undefined) return undefined;
  if (entry.value.type !== 'map') {
    reader.complain(entry.line, place, 'must be a mapping with `metadata` and `spec`, as a pod has them');
    return undefined;
  }
  const template = objectOf(entry.value.entries);
  const problem = podTemplateProblem(template, 'configuration');
  if (problem !== undefined) reader.complain(entry.line, `${place}.${problem.field}`, `is refused: ${problem.message}`);
  return template;
}

function objectOf(entries: readonly FileEntry[]): JsonObject {
  return Object.fromEntries(entries.map(({ key, value }) => [key, jsonOf(value)]));
}

function jsonOf(value: FileValue): JsonValue {
  switch (value.type) {
    case 'scalar':
      return value.value;
    case 'list':
      return value.items.map(jsonOf);
    case 'map':
      return objectOf(value.entries);
  }
}

function present<K extends string, V>(key: K, value: V | undefined) {
  return value === undefined ? {} : { [key]: value };
}
