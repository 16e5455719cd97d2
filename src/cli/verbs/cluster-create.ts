import { Option } from 'commander';
import { ArmError } from '../../client/arm-error.ts';
import { limitOptions } from '../../config/limit-options.ts';
import type { ManagedCluster, ManagedClusterBody } from '../../wire/managed-cluster-schema.ts';
import { addConnectionOptions, type Connected, withConnection } from '../connect.ts';
import { collect, givenText, givenTexts, isGiven } from '../given-options.ts';
import { addFormatOption, wantsJson } from '../output-format.ts';
import { say } from '../paint.ts';
import { addPodsOptions, podsExtension } from '../pods-options.ts';
import { printJson } from '../print-json.ts';
import { UsageError } from '../usage-error.ts';
import type { VerbBody, VerbCall } from '../verb.ts';

type Extension = NonNullable<NonNullable<ManagedClusterBody['properties']>['longarm']>;
type WireLimits = NonNullable<Extension['limits']>;

// Which field of the wire each limit is, and how many of our units one of its own is.
const limitFields: Readonly<Record<keyof typeof limitOptions, readonly [keyof WireLimits, number]>> = {
  queueMs: ['queueSeconds', 1000],
  startMs: ['startSeconds', 1000],
  runMs: ['runSeconds', 1000],
  graceMs: ['graceSeconds', 1000],
  concurrent: ['concurrent', 1],
  waiting: ['waiting', 1],
  waitingBytes: ['waitingBytes', 1],
  outputBytes: ['outputBytes', 1],
  inlineLogsBytes: ['inlineLogsBytes', 1],
  retentionMs: ['retentionSeconds', 1000],
};

const executors = ['process', 'scripted', 'kubernetes'] as const;

/** `longarm cluster create CLUSTER` */
export const clusterCreate: VerbBody = {
  description:
    'Makes the cluster, or changes what is named of one that is there. Clusters that run commands on the server’s own machine cannot be made here: the server’s configuration file declares them.',
  examples: [
    {
      line: 'longarm cluster create prod --executor kubernetes --kubeconfig ~/.kube/config --context prod',
      explains: 'commands run in pods, in the cluster of that context',
    },
    {
      line: 'longarm cluster create staging --executor scripted',
      explains: 'outcomes written in the command, for tests',
    },
    {
      line: 'longarm cluster create local --limit run=2h --limit concurrent=4',
      explains: 'limits in place of the server’s',
    },
  ],
  configure: (command) => {
    command
      .argument('<cluster>', 'NAME, GROUP/NAME, or the whole ARM id')
      .option('--location <word>', 'its location')
      .addOption(new Option('--executor <kind>', 'how its commands are run').choices([...executors]))
      .addOption(new Option('--shell <shell>', 'what runs a command’s text').choices(['sh', 'bash']))
      .option('--strict', 'show a non-zero exit to ARM clients as Failed')
      .option('--no-strict', 'show it as Succeeded, as Azure does')
      .option('--limit <name=value>', `a limit of its own; may be repeated. Names: ${limitNames().join(', ')}`, collect)
      .option('--tag <name=value>', 'a tag; may be repeated', collect);
    addPodsOptions(command);
    addFormatOption(command);
    addConnectionOptions(command);
  },
  run: (call) => withConnection(call, (connected) => run(call, connected), { onlyAsks: true }),
};

async function run(call: VerbCall, connected: Connected): Promise<number> {
  const { context, operands, options } = call;
  const pods = await podsExtension(call);
  const address = connected.clusterOf(operands[0]);
  const limits = parseLimits(givenTexts(options, 'limit'));
  const tags = Object.fromEntries(givenTexts(options, 'tag').map((text) => splitPair(text, '--tag')));
  const existing = await connected.client.clusters.get(address).catch((error: unknown) => {
    if (error instanceof ArmError && error.status === 404) return undefined;
    throw error;
  });
  const before = existing?.properties.longarm;
  const typed = givenText(options, 'executor');
  const executor = executors.find((kind) => kind === typed);
  const shell = givenText(options, 'shell');
  const extension: Extension = {
    ...before,
    ...(executor === undefined ? {} : { executor }),
    ...(shell === 'sh' || shell === 'bash' ? { shell } : {}),
    ...(isGiven(options, 'strict') ? { strict: true } : options['strict'] === false ? { strict: false } : {}),
    ...(before?.limits === undefined && Object.keys(limits).length === 0
      ? {}
      : { limits: { ...before?.limits, ...limits } }),
    ...pods,
  };
  const location = givenText(options, 'location') ?? existing?.location;
  const cluster = await connected.client.clusters.put(address, {
    ...(location === undefined ? {} : { location }),
    ...(existing?.tags === undefined && Object.keys(tags).length === 0 ? {} : { tags: { ...existing?.tags, ...tags } }),
    properties: {
      apiServerAccessProfile: { disableRunCommand: isOff(existing) },
      ...(Object.keys(extension).length === 0 ? {} : { longarm: extension }),
    },
  });
  if (wantsJson(options)) await printJson(context, cluster);
  else say(context, `Cluster ${cluster.name} was ${existing === undefined ? 'made' : 'changed'}.`);
  return 0;
}

function isOff(existing: ManagedCluster | undefined): boolean {
  return existing?.properties.apiServerAccessProfile.disableRunCommand ?? false;
}

function parseLimits(texts: readonly string[]): WireLimits {
  const limits: WireLimits = {};
  for (const text of texts) {
    const [name, value] = splitPair(text, '--limit');
    const found = Object.entries(limitOptions).find(([, { key }]) => key === `limits.${name}`);
    if (found === undefined)
      throw new UsageError(`--limit ${name} is not known; there are ${limitNames().join(', ')}.`);
    const parsed = found[1].type.parse(value);
    if (!parsed.ok) throw new UsageError(`--limit ${name} ${parsed.problem}.`);
    const [field, unit] = limitFields[found[0] as keyof typeof limitOptions];
    limits[field] = Math.ceil(parsed.value / unit);
  }
  return limits;
}

function limitNames(): readonly string[] {
  return Object.values(limitOptions).map(({ key }) => key.replace('limits.', ''));
}

function splitPair(text: string, flag: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`${flag} must be name=value, and is "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}
