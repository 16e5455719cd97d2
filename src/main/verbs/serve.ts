import type { VerbBody } from '../../cli/verb.ts';
import { say } from '../../cli/paint.ts';
import { preflight } from '../preflight.ts';
import { addServerFlags, readConfig } from '../server-flags.ts';
import { createServerLog } from '../server-log.ts';
import { startLongarm } from '../start-longarm.ts';
import { stopSignals } from '../stop-signal.ts';
import { probeIsolation } from '../../executors/process/probe-isolation.ts';

/** `longarm serve`: the server, until SIGTERM or SIGINT. */
export const serve: VerbBody = {
  description: [
    'Serves the API and carries out commands until SIGTERM or SIGINT. Running commands go on then, and the next start adopts them.',
    'Settings come from flags, variables and the configuration file, in this order of weight; docs/configuration.md lists them all. Logs go to stdout, one JSON object a line.',
    'The first administrator is made by `longarm client create NAME --role administrator --scope /`, on the same data directory.',
  ].join('\n\n'),
  examples: [
    { line: 'longarm serve --config /etc/longarm/longarm.yaml', explains: 'as a service would' },
    { line: 'longarm serve --data-dir ./state --port 8443', explains: 'for a look' },
  ],
  configure: addServerFlags,
  run: async ({ context, options }) => {
    const config = await readConfig(context, options);
    const probing = probeIsolation();
    const problems = await preflight(config, await probing);
    for (const problem of problems) say(context, problem, 'bad');
    if (problems.length > 0) return 1;
    const log = createServerLog(config.logLevel, 1);
    const stop = stopSignals();
    const longarm = await startLongarm(config, log, { probing });
    const { publicUrl, identity, caFile, isolation } = longarm;
    log.info({ publicUrl, caFile, ...identity, isolation: isolation.kind, version: context.version }, 'serving');
    const signal = await stop.received;
    log.info({ signal }, 'stopping; running commands go on');
    await longarm.stop();
    stop.ignore();
    log.info({}, 'stopped');
    return 0;
  },
};
