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
 * The lines that point `az` (2.45 and 2.91 were tried) at a server, for any POSIX shell. They are one chain: nothing
 * after a failed step runs, and the whole fails then, in a shell under `set -e` too. Pasting them again does no harm.
 *
 * In a configuration of its own `az` forgets whom it was signed in as, because it would go on asking the URL that the
 * server had then; and after a failure it stays there with nobody signed in, never with the user's own Azure. In the
 * ordinary one it goes back to the cloud that it was on.
 */
export function azSetupLines(setup: AzSetup): readonly string[] {
  const { configDir, subscriptionId } = setup;
  const endpoint = quoteForShell(setup.endpoint);
  const register = `--name ${cloud} --endpoint-resource-manager ${endpoint} --only-show-errors`;
  const isShared = configDir === undefined;
  const steps = [
    ...(isShared ? [] : [`export AZURE_CONFIG_DIR=${quoteForShell(configDir)}`]),
    `export REQUESTS_CA_BUNDLE=${quoteForShell(setup.bundleFile)}`,
    ...(isShared ? ['longarm_cloud_before="$(az cloud show --query name --output tsv)"'] : []),
    // Changing the cloud fails where there is none yet. It is never unregistered, which would need another one active.
    `{ az cloud update ${register} >/dev/null 2>&1 || az cloud register ${register}; }`,
    `az cloud set --name ${cloud} --only-show-errors`,
    ...(isShared ? [] : ['az account clear --only-show-errors']),
    // In one word with its flag, because a secret may begin with a dash. `az` reads the file that @ names.
    `az login --service-principal --username ${quoteForShell(setup.clientId)} ${quoteForShell(`--password=@${setup.secretFile}`)} --tenant ${quoteForShell(setup.tenantId)} --output none --only-show-errors`,
    ...(subscriptionId === undefined ? [] : [`az account set --subscription ${quoteForShell(subscriptionId)}`]),
  ];
  const failed = `echo ${quoteForShell(`az was not set up for ${setup.endpoint}.`)} >&2`;
  const back = isShared ? `az cloud set --name "$longarm_cloud_before" --only-show-errors; ` : '';
  return [...steps.map((step) => `${step} &&`), `: || { ${failed}; ${back}false; }`];
}
