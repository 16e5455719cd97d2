import { quoteForShell } from './shell-words.ts';

/** What the lines are made of. */
export interface AzSetup {
  readonly endpoint: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly subscriptionId: string | undefined;
  /** A file with the client's secret: on the command line every user of the machine could read it. */
  readonly secretFile: string;
  readonly bundleFile: string;
  /** `undefined` leaves `az` its ordinary configuration. */
  readonly configDir: string | undefined;
}

const cloud = 'Longarm';

/**
 * The lines that point `az` (2.45 to 2.91 were tried) at a server, for any POSIX shell. Pasting them twice does no
 * harm: a cloud of that name is first removed, which needs another one to be the active one.
 */
export function azSetupLines(setup: AzSetup): readonly string[] {
  const { configDir, subscriptionId } = setup;
  // May fail, as where there is no such cloud yet: a shell under `set -e`, as pipelines have it, must live on.
  const quiet = '>/dev/null 2>&1 || :';
  return [
    ...(configDir === undefined ? [] : [`export AZURE_CONFIG_DIR=${quoteForShell(configDir)}`]),
    `export REQUESTS_CA_BUNDLE=${quoteForShell(setup.bundleFile)}`,
    `az cloud set --name AzureCloud ${quiet}`,
    `az cloud unregister --name ${cloud} ${quiet}`,
    `az cloud register --name ${cloud} --endpoint-resource-manager ${quoteForShell(setup.endpoint)} --only-show-errors`,
    `az cloud set --name ${cloud} --only-show-errors`,
    // In one word with its flag, because a secret may begin with a dash. `az` reads the file that @ names.
    `az login --service-principal --username ${quoteForShell(setup.clientId)} ${quoteForShell(`--password=@${setup.secretFile}`)} --tenant ${quoteForShell(setup.tenantId)} --output none --only-show-errors`,
    ...(subscriptionId === undefined ? [] : [`az account set --subscription ${quoteForShell(subscriptionId)}`]),
  ];
}
