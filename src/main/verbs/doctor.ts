import { existsSync } from 'node:fs';
import { addConnectionOptions } from '../../cli/connect.ts';
import { addFormatOption, wantsJson } from '../../cli/output-format.ts';
import { paint, type Tone } from '../../cli/paint.ts';
import { printJson } from '../../cli/print-json.ts';
import type { VerbBody, VerbCall } from '../../cli/verb.ts';
import { writeOutput } from '../../cli/write-output.ts';
import { singleLine } from '../../wire/quote.ts';
import { dataPaths } from '../data-directory.ts';
import { checkConnection } from '../doctor/check-connection.ts';
import { checkMachine } from '../doctor/check-machine.ts';
import type { Finding } from '../doctor/finding.ts';
import { readConfig } from '../server-flags.ts';
import { addDataDirectoryOptions } from './client-create.ts';

const tones = { ok: 'good', weak: 'strong', bad: 'bad', skipped: 'faint' } as const satisfies Record<string, Tone>;

/** `longarm doctor [CLUSTER]`. */
export const doctor: VerbBody = {
  description: [
    'Checks Node, the data directory, how well the process lane is kept apart, TLS, the clock, the credential, the rights, the cluster, and a round trip: it runs `echo` there.',
    'Exits 0 when nothing is bad. What is weak works, but promises less.',
  ].join('\n\n'),
  examples: [
    { line: 'longarm doctor', explains: 'this machine and the default connection' },
    { line: 'longarm doctor prod --connection ./connection.json -o json', explains: 'one cluster, for programs' },
  ],
  configure: (command) => {
    command.argument('[cluster]', 'the cluster to look at; else the connection’s own');
    addFormatOption(command);
    addDataDirectoryOptions(command);
    addConnectionOptions(command);
  },
  run: async (call) => {
    const config = await readConfig(call.context, call.options);
    const overApi = await checkConnection(withOwnConnection(call, config.dataDir), call.operands[0]);
    const findings = [...(await checkMachine(config)), ...overApi];
    if (wantsJson(call.options)) await printJson(call.context, findings);
    else await writeOutput(call.context.stdout.stream, findings.map((found) => show(call, found)).join(''));
    return findings.some(({ state }) => state === 'bad') ? 1 : 0;
  },
};

/** Whoever names a data directory and no connection means the server that wrote its own there. */
function withOwnConnection(call: VerbCall, dataDir: string): VerbCall {
  const { connection, endpoint, dataDir: named } = call.options;
  const isNamed = connection !== undefined || endpoint !== undefined || named === undefined;
  const own = dataPaths(dataDir).connection;
  if (isNamed || !existsSync(own)) return call;
  return { ...call, options: { ...call.options, connection: own } };
}

function show({ context }: VerbCall, { check, state, seen, remedy }: Finding): string {
  const mark = paint(context, context.stdout, tones[state], state.padEnd(7));
  const advice = remedy === undefined ? '' : `\n${' '.repeat(9)}→ ${singleLine(remedy)}`;
  return `${mark}  ${check}: ${singleLine(seen)}${advice}\n`;
}
