import { existsSync } from 'node:fs';
import { addConnectionOptions } from '../../cli/connect.ts';
import { givenText } from '../../cli/given-options.ts';
import { addFormatOption, wantsJson } from '../../cli/output-format.ts';
import { paint, type Tone } from '../../cli/paint.ts';
import { printJson } from '../../cli/print-json.ts';
import type { VerbBody, VerbCall } from '../../cli/verb.ts';
import { writeOutput } from '../../cli/write-output.ts';
import type { Config } from '../../config/config.ts';
import { singleLine } from '../../wire/quote.ts';
import { dataPaths } from '../data-directory.ts';
import { checkConnection } from '../doctor/check-connection.ts';
import { checkMachine } from '../doctor/check-machine.ts';
import { examineCluster } from '../doctor/cluster/examine-cluster.ts';
import { findCluster } from '../doctor/cluster/find-cluster.ts';
import type { Finding } from '../doctor/finding.ts';
import { readConfig } from '../server-flags.ts';
import { addDataDirectoryOptions } from './client-create.ts';

const tones = { ok: 'good', weak: 'strong', bad: 'bad', skipped: 'faint' } as const satisfies Record<string, Tone>;

/** `longarm doctor [CLUSTER]`. */
export const doctor: VerbBody = {
  description: [
    'Checks Node, the data directory, how well the process lane is kept apart, TLS, the clock, the credential, the rights, the cluster, and a round trip: it runs `echo` there.',
    'With --cluster it looks at a cluster whose commands run in pods instead, as the server of this data directory reaches it: the name, the port, TLS and version of the API server, who the server is there, each right that it uses, the namespace and the service accounts, the pod by a dry run with every policy of the cluster, and the image by a command that is really run. It leaves nothing there.',
    'Exits 0 when nothing is bad. What is weak works, but promises less.',
  ].join('\n\n'),
  examples: [
    { line: 'longarm doctor', explains: 'this machine and the default connection' },
    {
      line: 'longarm doctor --cluster prod',
      explains: 'a cluster whose commands run in pods, on the server’s machine',
    },
    { line: 'longarm doctor prod --connection ./connection.json -o json', explains: 'one cluster, for programs' },
  ],
  configure: (command) => {
    command
      .argument('[cluster]', 'the cluster to look at; else the connection’s own')
      .option(
        '--cluster <name>',
        'look at this cluster whose commands run in pods, NAME or GROUP/NAME, as the server does',
      );
    addFormatOption(command);
    addDataDirectoryOptions(command);
    addConnectionOptions(command);
  },
  run: async (call) => {
    const config = await readConfig(call.context, call.options);
    const named = givenText(call.options, 'cluster');
    const findings = named === undefined ? await checkServer(call, config) : await checkCluster(call, config, named);
    if (wantsJson(call.options)) await printJson(call.context, findings);
    else await writeOutput(call.context.stdout.stream, findings.map((found) => show(call, found)).join(''));
    return findings.some(({ state }) => state === 'bad') ? 1 : 0;
  },
};

async function checkServer(call: VerbCall, config: Config): Promise<readonly Finding[]> {
  const overApi = await checkConnection(withOwnConnection(call, config.dataDir), call.operands[0]);
  return [...(await checkMachine(config)), ...overApi];
}

/** Ctrl-C ends the look, and what was begun in the cluster is taken away. */
async function checkCluster({ context }: VerbCall, config: Config, named: string): Promise<readonly Finding[]> {
  const givingUp = new AbortController();
  const stopListening = context.onInterrupt(() => givingUp.abort(new Error('It was interrupted.')));
  try {
    const { environment, version } = context;
    const parts = { config, environment, userAgent: `longarm/${version}`, signal: givingUp.signal };
    const cluster = await findCluster(parts, named);
    try {
      return await examineCluster(cluster);
    } finally {
      cluster.client.close();
    }
  } finally {
    stopListening();
  }
}

/** Whoever names a data directory and no connection means the server that wrote its own there. */
function withOwnConnection(call: VerbCall, dataDir: string): VerbCall {
  const { connection, endpoint, dataDir: named } = call.options;
  const isNamed = connection !== undefined || endpoint !== undefined || named === undefined;
  const own = dataPaths(dataDir).connection;
  if (isNamed || !existsSync(own)) return call;
  return { ...call, options: { ...call.options, connection: own } };
}

function show({ context }: VerbCall, { check, state, seen, remedy, tookMs }: Finding): string {
  const mark = paint(context, context.stdout, tones[state], state.padEnd(7));
  const advice = remedy === undefined ? '' : `\n${' '.repeat(9)}→ ${singleLine(remedy)}`;
  const took = tookMs === undefined ? '' : paint(context, context.stdout, 'faint', ` (${tookMs} ms)`);
  return `${mark}  ${check}: ${singleLine(seen)}${took}${advice}\n`;
}
