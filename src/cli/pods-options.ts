import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ManagedClusterBody } from '../wire/managed-cluster-schema.ts';
import { givenText } from './given-options.ts';
import { inlineKubeconfig, readYamlObject } from './inline-kubeconfig.ts';
import { say } from './paint.ts';
import { UsageError } from './usage-error.ts';
import type { VerbCall } from './verb.ts';

type Extension = NonNullable<NonNullable<ManagedClusterBody['properties']>['longarm']>;

/** Adds what a cluster that runs commands in pods can be told. */
export function addPodsOptions(command: Command): void {
  command
    .option('--kubeconfig <file>', 'how the server reaches it; files that it names are sent along')
    .option('--context <name>', 'the context of the kubeconfig, where that is not its current one')
    .option('--namespace <name>', 'where its pods are; empty for the server’s default')
    .option('--image <image>', 'what its commands run in; empty for the server’s default')
    .option('--service-account <name>', 'what commands run as whose role assignment names none; empty for `view`')
    .option('--pod-template <file>', 'a merge patch for its pods, in YAML or JSON; empty for none');
}

/**
 * What the options say of how commands run in pods.
 * @throws {UsageError} for a file that cannot be read or used.
 */
export async function podsExtension({ context, options }: VerbCall): Promise<Extension> {
  const file = givenText(options, 'kubeconfig');
  const kubeContext = givenText(options, 'context');
  if (file === undefined && kubeContext !== undefined) {
    throw new UsageError('--context chooses one of a kubeconfig. Give --kubeconfig as well.');
  }
  const template = givenText(options, 'podTemplate');
  const extension: Extension = {
    ...setting(options, 'namespace'),
    ...setting(options, 'image'),
    ...setting(options, 'serviceAccount'),
    ...(template === undefined ? {} : { podTemplate: template === '' ? null : await readTemplate(template) }),
  };
  if (file === undefined) return extension;
  const { text, notes } = await inlineKubeconfig({
    file: resolve(context.workingDirectory, file),
    context: kubeContext,
  });
  for (const note of notes) say(context, note);
  return { ...extension, kubeconfig: text };

  async function readTemplate(path: string): Promise<Record<string, unknown>> {
    return { ...(await readYamlObject(resolve(context.workingDirectory, path), '--pod-template')) };
  }
}

function setting(options: VerbCall['options'], name: 'namespace' | 'image' | 'serviceAccount'): Extension {
  const text = givenText(options, name);
  return text === undefined ? {} : { [name]: text === '' ? null : text };
}
