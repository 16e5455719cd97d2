import path from 'node:path';
import type { ExecPlugin } from './cluster-access.ts';
import { fieldOf, listOf, textOf } from './json-fields.ts';
import { KubeconfigError } from './kubeconfig-error.ts';
import { flagField, textField } from './kubeconfig-fields.ts';
import type { TrustedOrigin } from './trusted-origin.ts';

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'] as const;

/** Fields of a cluster that a plugin may be told of, where it asks (client.authentication.k8s.io/v1, `Cluster`). */
const toldFields = [
  'server',
  'tls-server-name',
  'insecure-skip-tls-verify',
  'certificate-authority-data',
  'proxy-url',
  'disable-compression',
];

/** Reads the `exec` part of a user. @throws {KubeconfigError} */
export function execPluginOf(fields: unknown, place: string, trusted: TrustedOrigin, cluster: unknown): ExecPlugin {
  const written = textField(fields, 'apiVersion', place);
  const apiVersion = versions.find((version) => version === written);
  if (apiVersion === undefined) {
    throw new KubeconfigError(
      `${place}.apiVersion is ${written ?? 'missing'}; Longarm speaks ${versions.join(' and ')}.`,
    );
  }
  const command = textField(fields, 'command', place);
  if (command === undefined) throw new KubeconfigError(`${place}.command is missing: it is the program to run.`);
  if (textField(fields, 'interactiveMode', place) === 'Always') {
    throw new KubeconfigError(
      `${place}.interactiveMode is Always: the plugin wants a person at a terminal, and Longarm has none. Use a plugin or a mode of it that needs nobody, or a token.`,
    );
  }
  const args = listOf(fields, 'args').map((arg, index) => {
    if (typeof arg !== 'string') throw new KubeconfigError(`${place}.args[${index}] must be text. Put it in quotes.`);
    return arg;
  });
  return {
    apiVersion,
    // kubectl's rule: with a directory in it, it is a path from the kubeconfig's own; else it is looked for on PATH.
    command: command.includes('/') ? path.resolve(trusted.directory, command) : command,
    args,
    environment: { ...trusted.environment, ...ownEnvironment(fields, place) },
    cluster: flagField(fields, 'provideClusterInfo', place) ? told(cluster) : undefined,
    installHint: textField(fields, 'installHint', place),
  };
}

function ownEnvironment(fields: unknown, place: string): Record<string, string> {
  return Object.fromEntries(
    listOf(fields, 'env').map((entry, index) => {
      const name = textOf(entry, 'name');
      const value = textOf(entry, 'value');
      if (name !== undefined && value !== undefined) return [name, value];
      throw new KubeconfigError(`${place}.env[${index}] must have a name and a value, both text.`);
    }),
  );
}

function told(cluster: unknown): Record<string, unknown> {
  const extension = listOf(cluster, 'extensions').find(
    (each) => textOf(each, 'name') === 'client.authentication.k8s.io/exec',
  );
  const config = fieldOf(extension, 'extension');
  return Object.fromEntries([
    ...toldFields.flatMap((name) => {
      const value = fieldOf(cluster, name);
      return value === undefined ? [] : [[name, value] as const];
    }),
    ...(config === undefined ? [] : [['config', config] as const]),
  ]);
}
