import type { ClusterLimits, ExecutorKind, Shell } from '../core/cluster.ts';
import {
  type ClusterName,
  parseClusterName,
  parseResourceGroupName,
  parseSubscriptionId,
  type ResourceGroupName,
  type SubscriptionId,
} from '../core/resource-id.ts';
import type { FileEntry, FileValue } from './config-file.ts';
import { type DeclaredPods, podsKeys, readPods, refusePods } from './declared-pods.ts';
import type { FileReader } from './file-reader.ts';
import { limitOptions } from './limit-options.ts';
import { accepted, rejected, switchType, textType, type ValueType, wordType } from './value-type.ts';

/** A cluster that the server's own configuration declares: the only kind that may use the process lane. */
export interface DeclaredCluster {
  /** `undefined`: the server's own subscription. */
  readonly subscriptionId: SubscriptionId | undefined;
  readonly resourceGroup: ResourceGroupName;
  readonly name: ClusterName;
  readonly executor: ExecutorKind;
  readonly shell: Shell;
  /** Variables that its commands see, for example `KUBECONFIG`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly strict: boolean;
  /** `undefined`: as it was last switched over the API. */
  readonly disableRunCommand: boolean | undefined;
  readonly limits: ClusterLimits;
  /** Present exactly where the executor is `kubernetes`. */
  readonly pods: DeclaredPods | undefined;
}

const keys = [
  'subscriptionId',
  'resourceGroup',
  'name',
  'executor',
  'shell',
  'environment',
  'strict',
  'disableRunCommand',
  'limits',
  ...podsKeys,
] as const;

const subscriptionIdType = named('a UUID', parseSubscriptionId);
const resourceGroupType = named('1 to 90 characters without a slash', parseResourceGroupName);
const clusterNameType = named(
  '1 to 63 letters, digits, `-` and `_` that begin and end with a letter or digit',
  parseClusterName,
);
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

function named<T>(syntax: string, parse: (text: string) => T | undefined): ValueType<T> {
  return {
    syntax,
    parse: (text) => {
      const value = parse(text);
      return value === undefined ? rejected(`must be ${syntax}, and is \`${text}\``) : accepted(value);
    },
  };
}

/** Reads the list `clusters` of the configuration file. */
export function readDeclaredClusters(entry: FileEntry | undefined, reader: FileReader): readonly DeclaredCluster[] {
  if (entry === undefined) return [];
  const clusters = reader
    .items(entry, 'clusters')
    .flatMap((item, index) => readCluster(item, `clusters[${index}]`, reader));
  const seen = new Set<string>();
  for (const { subscriptionId, resourceGroup, name } of clusters) {
    const identity = `${subscriptionId ?? ''}/${resourceGroup}/${name}`.toLowerCase();
    if (seen.has(identity)) reader.complain(entry.line, 'clusters', `name \`${resourceGroup}/${name}\` twice`);
    seen.add(identity);
  }
  return clusters;
}

function readCluster(item: FileValue, place: string, reader: FileReader): readonly DeclaredCluster[] {
  const entries = reader.entries(item, place, keys);
  if (item.type !== 'map') return [];
  const at = (key: (typeof keys)[number]): string => `${place}.${key}`;
  const name = reader.required(entries.get('name'), at('name'), clusterNameType, item.line);
  const resourceGroup = reader.required(
    entries.get('resourceGroup'),
    at('resourceGroup'),
    resourceGroupType,
    item.line,
  );
  const cluster = {
    subscriptionId: reader.scalar(entries.get('subscriptionId'), at('subscriptionId'), subscriptionIdType),
    executor:
      reader.scalar(entries.get('executor'), at('executor'), wordType(['process', 'scripted', 'kubernetes'])) ??
      'process',
    shell: reader.scalar(entries.get('shell'), at('shell'), wordType(['sh', 'bash'])) ?? 'sh',
    environment: readVariables(entries.get('environment'), at('environment'), reader),
    strict: reader.scalar(entries.get('strict'), at('strict'), switchType) ?? false,
    disableRunCommand: reader.scalar(entries.get('disableRunCommand'), at('disableRunCommand'), switchType),
    limits: readLimits(entries.get('limits'), at('limits'), reader),
  };
  if (cluster.executor !== 'kubernetes') refusePods(entries, place, reader);
  else if (Object.keys(cluster.environment).length > 0) {
    const { line } = entries.get('environment') ?? item;
    reader.complain(line, at('environment'), 'is for the process lane; pods get theirs by `podTemplate`');
  }
  const pods = cluster.executor === 'kubernetes' ? readPods(entries, item, place, reader) : undefined;
  return name === undefined || resourceGroup === undefined ? [] : [{ ...cluster, name, resourceGroup, pods }];
}

function readVariables(
  entry: FileEntry | undefined,
  place: string,
  reader: FileReader,
): Readonly<Record<string, string>> {
  if (entry === undefined) return {};
  if (entry.value.type !== 'map') {
    reader.complain(entry.line, place, 'must be a mapping of variables to values, such as `KUBECONFIG: /etc/kube`');
    return {};
  }
  const variables: Record<string, string> = {};
  for (const { key, line, value } of entry.value.entries) {
    if (!variableName.test(key)) reader.complain(line, `${place}.${key}`, 'is not the name of a variable');
    // An empty variable means something else than none, so here nothing is refused for being empty.
    const text =
      value.type === 'scalar' ? (value.text ?? '') : reader.value(value, `${place}.${key}`, textType('text'));
    if (text !== undefined) variables[key] = text;
  }
  return variables;
}

function readLimits(entry: FileEntry | undefined, place: string, reader: FileReader): ClusterLimits {
  if (entry === undefined) return {};
  const rows = Object.entries(limitOptions).map(([field, option]) => ({ field, option, word: lastWord(option.key) }));
  const entries = reader.entries(
    entry.value,
    place,
    rows.map(({ word }) => word),
  );
  const limits: Record<string, number> = {};
  for (const { field, option, word } of rows) {
    const value = reader.scalar(entries.get(word), `${place}.${word}`, option.type);
    if (value !== undefined) limits[field] = value;
  }
  return limits;
}

function lastWord(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}
