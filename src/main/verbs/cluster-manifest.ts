import type { Command } from 'commander';
import { collect, givenText, givenTexts } from '../../cli/given-options.ts';
import { UsageError } from '../../cli/usage-error.ts';
import type { VerbBody, VerbCall } from '../../cli/verb.ts';
import { writeOutput } from '../../cli/write-output.ts';
import { isLabel, labelRule } from '../../core/kubernetes-name.ts';
import { buildManifest } from '../../executors/kubernetes/install/manifest.ts';
import { manifestYaml } from '../../executors/kubernetes/install/manifest-yaml.ts';
import {
  parseServerPrincipal,
  principalForms,
  type ServerPrincipal,
} from '../../executors/kubernetes/install/server-principal.ts';
import { defaultNamespace } from '../../executors/kubernetes/names.ts';

/** Declares the option that names the namespace of commands. @param otherwise which it is without the option */
export function addNamespaceOption(command: Command, otherwise: string = defaultNamespace): void {
  command.option('--namespace <name>', `the namespace that commands run in (default: ${otherwise})`);
}

/** The namespace that commands run in. @throws {UsageError} for what is no name of one */
export function givenNamespace({ options }: Pick<VerbCall, 'options'>): string {
  const namespace = givenText(options, 'namespace') ?? defaultNamespace;
  if (isLabel(namespace)) return namespace;
  throw new UsageError(`--namespace ${namespace} is no name of a namespace: ${labelRule}.`);
}

/** `longarm cluster manifest` */
export const clusterManifest: VerbBody = {
  description: [
    'Prints the YAML of everything that a cluster has to hold before commands run in it: the namespace, which admits restricted pods alone; the ConfigMap that owns all that Longarm makes; the service accounts `view`, `edit` and `admin`, which commands run as, bound to the roles view, edit and cluster-admin; the service account `longarm` of the server, with exactly the rights that it uses; and a network policy that keeps commands from the metadata of their node. It holds no secret, and asks no cluster.',
    'Commands run as `view` unless a role assignment, or the cluster’s own setting, says something else. `edit` of all namespaces can act as any service account by way of a pod. Take out what nobody is to have.',
    '`longarm cluster add --install` applies the same.',
  ].join('\n\n'),
  examples: [
    { line: 'longarm cluster manifest | kubectl apply --server-side -f -', explains: 'prepare a cluster' },
    {
      line: 'longarm cluster manifest --namespace ops --server-principal User:longarm@example.com',
      explains: 'for a server that the cluster knows by that name already',
    },
  ],
  configure: (command) => {
    addNamespaceOption(command);
    command.option(
      '--server-principal <who>',
      `who the server is to the cluster, instead of a service account of its own: ${principalForms}; may be repeated`,
      collect,
    );
  },
  run: async (call) => {
    const principals = givenTexts(call.options, 'serverPrincipal').map(principalOf);
    const server = principals.length === 0 ? 'own-account' : principals;
    const objects = buildManifest({ namespace: givenNamespace(call), server });
    await writeOutput(call.context.stdout.stream, manifestYaml(objects));
    return 0;
  },
};

function principalOf(text: string): ServerPrincipal {
  const principal = parseServerPrincipal(text);
  if (principal !== undefined) return principal;
  throw new UsageError(`--server-principal ${text} is none of ${principalForms}.`);
}
