import type { Option, OptionGroup } from './option.ts';
import { describeOptions } from './options.ts';

const groups: readonly OptionGroup[] = ['Where it runs', 'TLS', 'ARM face', 'Limits', 'Execution', 'Watching it'];

const introduction = `# Configuration

<!-- Written by \`npm run docs\` from \`src/config/\`. Change it there. -->

Each setting can be given as a flag, as a variable of the environment, or in a YAML file. A flag beats a variable, a
variable beats the file, the file beats the default; an empty variable counts as none. The file is the one of
\`--config\`, else of \`LONGARM_CONFIG\`, else \`/etc/longarm/longarm.yaml\` where it exists. All problems are reported at
once, with their places, and nothing starts before they are gone. Secrets are never settings: a setting names the file
that holds one.

A server that serves one cluster and is reached under a name of its own needs no more than this;
[operations](operations.md) has a whole example:

\`\`\`yaml config
dataDir: /var/lib/longarm
host: 0.0.0.0
publicUrl: https://longarm.example.com:8443
limits: # keys with a dot are nested
  run: 2h
clusters:
  - resourceGroup: production
    name: west
    environment:
      KUBECONFIG: /etc/longarm/west.kubeconfig
\`\`\`

Durations are written \`90s\`, \`5m\`, \`1h30m\` or \`7d\`, sizes \`512KiB\` or \`1GiB\`; a plain number counts in the unit of
the table.
`;

const lists = `## Lists, in the file alone

\`\`\`yaml config
# Issuers of tokens that are trusted beside the server's own.
issuers:
  - issuer: https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0
    audiences: [api://longarm] # this server's own: a token for another service must be no good here
    tenantId: 11111111-1111-1111-1111-111111111111 # what the token's \`tid\` must be
    # jwksUri: https://…       # left out: what the issuer's discovery document says
    # acceptAzureArmTokens: on # takes tokens for Azure itself; a stolen one is then good there too

# Clusters that the server itself declares. Only these may run commands on the server's own machine.
clusters:
  - resourceGroup: production
    name: west
    executor: process # or scripted: outcomes written in the command, for tests
    shell: sh # or bash
    environment:
      KUBECONFIG: /etc/longarm/west.kubeconfig
    strict: off # on: a non-zero exit is shown to ARM clients as Failed
    # disableRunCommand: on    # off and on decide at each start; left out: as it was last switched over the API
    limits: # any of the limits above, in place of the server's
      run: 2h
      concurrent: 4

  # One that runs its commands in pods.
  - resourceGroup: production
    name: east
    executor: kubernetes
    kubeconfig: /etc/longarm/east.kubeconfig # files, programs and proxies that it names are used
    # context: east            # left out: its current one
    # inCluster: on            # in place of a kubeconfig, where the server is itself a pod of that cluster
    namespace: longarm # where the pods are
    image: registry.example/toolbox:1.34 # left out: toolboxImage
    serviceAccount: view # of commands whose role assignment names none
    podTemplate: # a merge patch for the pod, lists keyed by name
      spec:
        nodeSelector: { pool: operations }
        containers:
          - name: command
            resources: { limits: { memory: 2Gi } }
\`\`\`
`;

/** The whole of `docs/configuration.md`, made of the options table. */
export function configurationMarkdown(): string {
  const tables = groups.map((group) => {
    const rows = describeOptions().filter((option) => option.group === group);
    return `## ${group}\n\n${rows.map(describeRow).join('\n')}`;
  });
  return `${introduction}\n${tables.join('\n')}\n${lists}`;
}

function describeRow(option: Option<unknown>): string {
  const unit = option.unit === undefined ? '' : `; a plain number counts ${option.unit}`;
  const fallback = option.default === undefined ? 'none' : `\`${option.default}\``;
  return [
    `### \`${option.key}\``,
    '',
    option.description,
    '',
    `- Flag \`${option.flag}\`, variable \`${option.variable}\``,
    `- ${capitalise(option.type.syntax)}${unit}`,
    `- Default: ${fallback}`,
    '',
  ].join('\n');
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
