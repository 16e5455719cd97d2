import { parseDocument } from 'yaml';
import type { ClusterAccess } from './cluster-access.ts';
import { fieldOf, listOf, textOf } from './json-fields.ts';
import { clusterFields } from './kubeconfig-cluster.ts';
import { KubeconfigError } from './kubeconfig-error.ts';
import { userFields } from './kubeconfig-user.ts';
import type { TrustedOrigin } from './trusted-origin.ts';

/** How a kubeconfig is to be read. */
export interface KubeconfigOptions {
  /** The context to use; its `current-context` where it is undefined. */
  readonly context?: string | undefined;
  /** `undefined` for one that came by the API: then only what stands in it is used, no file and no program. */
  readonly trusted: TrustedOrigin | undefined;
}

const mostCharacters = 1024 * 1024;
// A kubeconfig has hardly any aliases; an alias bomb has thousands.
const mostAliases = 50;

/**
 * Reads one context of a kubeconfig. Files that it names are not opened here, but when they are needed.
 * @throws {KubeconfigError} for what cannot be used, as a sentence that names the field and what to do.
 */
export function parseKubeconfig(text: string, options: KubeconfigOptions): ClusterAccess {
  const config = parseYaml(text);
  const contexts = listOf(config, 'contexts');
  const name = options.context ?? textOf(config, 'current-context') ?? '';
  if (name === '') {
    throw new KubeconfigError(
      `The kubeconfig has no current-context: choose one of its contexts (${names(contexts)}).`,
    );
  }
  const context = entry(contexts, 'context', name);
  if (context === undefined) {
    throw new KubeconfigError(`The kubeconfig has no context "${name}"; it has ${names(contexts)}.`);
  }
  const clusterName = textOf(context, 'cluster') ?? '';
  const clusters = listOf(config, 'clusters');
  const cluster = entry(clusters, 'cluster', clusterName);
  if (cluster === undefined) throw dangling(name, 'cluster', clusterName, clusters);
  const userName = textOf(context, 'user') ?? '';
  const users = listOf(config, 'users');
  const user = entry(users, 'user', userName);
  if (user === undefined) throw dangling(name, 'user', userName, users);
  const { trusted } = options;
  const namespace = textOf(context, 'namespace') ?? '';
  return {
    ...clusterFields(cluster, `clusters[${clusterName}].cluster`, trusted),
    ...userFields(user, `users[${userName}].user`, { trusted, cluster }),
    namespace: namespace === '' ? 'default' : namespace,
  };
}

function parseYaml(text: string): unknown {
  if (text.length > mostCharacters) {
    throw new KubeconfigError(
      `The kubeconfig is longer than 1 MiB (${text.length} characters). Give one context alone: kubectl config view --raw --minify --flatten.`,
    );
  }
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
  const [broken] = document.errors;
  // The lines that the parser quotes below its sentence may hold a secret.
  if (broken !== undefined) throw new KubeconfigError(`The kubeconfig is not YAML: ${broken.message.split('\n')[0]}`);
  const config = expand(document);
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new KubeconfigError(
      'The kubeconfig is not a mapping of keys to values; it should begin with "apiVersion: v1" and "kind: Config".',
    );
  }
  const kind = textOf(config, 'kind');
  if (kind !== undefined && kind !== 'Config')
    throw new KubeconfigError(`This is a ${kind}, not a kubeconfig: its kind should be Config.`);
  return config;
}

function expand(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch (cause) {
    throw new KubeconfigError(`The kubeconfig has aliases that cannot be followed: ${String(cause)}`, { cause });
  }
}

/** The entry of that name in a list of `{name, [kind]: …}`; without its fields it is `null` in YAML, and empty. */
function entry(list: readonly unknown[], kind: string, name: string): unknown {
  const found = list.find((each) => textOf(each, 'name') === name);
  if (found === undefined) return undefined;
  return fieldOf(found, kind) ?? {};
}

function names(list: readonly unknown[]): string {
  const known = list.flatMap((each) => textOf(each, 'name') ?? []);
  return known.length === 0 ? 'none' : known.join(', ');
}

function dangling(context: string, kind: string, name: string, list: readonly unknown[]): KubeconfigError {
  if (name === '') return new KubeconfigError(`contexts[${context}].context names no ${kind}.`);
  return new KubeconfigError(
    `contexts[${context}].context names the ${kind} "${name}", which is not in the kubeconfig; it has ${names(list)}.`,
  );
}
