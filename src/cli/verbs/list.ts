import { parseDuration } from '../../config/duration.ts';
import type { CommandResult } from '../../wire/command-result-schema.ts';
import { addConnectionOptions, type Connected, withConnection } from '../connect.ts';
import { givenInteger, givenText } from '../given-options.ts';
import { addFormatOption, wantsJson } from '../output-format.ts';
import { say } from '../paint.ts';
import { flatResult, printJson } from '../print-json.ts';
import { formatTable } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import type { VerbBody, VerbCall } from '../verb.ts';
import { flushOutput, writeOutput } from '../write-output.ts';

/** `longarm list CLUSTER` */
export const list: VerbBody = {
  description: 'Shows the commands that you may see. Times are UTC, as --since and --until take them.',
  examples: [
    { line: 'longarm list local', explains: 'the newest 50' },
    { line: 'longarm list local --phase running,launching', explains: 'what is going on' },
    { line: 'longarm list local --by me --since 1h -o json', explains: 'your own of the last hour, for a program' },
  ],
  configure: (command) => {
    command
      .argument('[cluster]', 'NAME, GROUP/NAME, or the whole ARM id; else the connection’s own')
      .option(
        '--phase <phases>',
        'only these, with commas: accepted, claimed, launching, running, completed, failed, cancelled',
      )
      .option('--by <principal>', 'only those of `me`, or of ISSUER|OBJECT-ID')
      .option('--since <time>', 'submitted at or after this time (RFC 3339), or this long ago: 90m, 2d')
      .option('--until <time>', 'submitted before this time, or this long ago')
      .option('--limit <count>', 'at most so many', '50');
    addFormatOption(command);
    addConnectionOptions(command);
  },
  run: (call) => withConnection(call, (connected) => run(call, connected), { onlyAsks: true }),
};

async function run({ context, operands, options }: VerbCall, connected: Connected): Promise<number> {
  const limit = givenInteger(options, 'limit', '--limit') ?? 50;
  if (limit === 0) throw new UsageError('--limit must be at least 1.');
  const filter = {
    ...given('phase', givenText(options, 'phase')),
    ...given('submittedBy', givenText(options, 'by')),
    ...given('from', timeOf(givenText(options, 'since'), '--since')),
    ...given('to', timeOf(givenText(options, 'until'), '--until')),
    pageSize: Math.min(limit, 1000),
  };
  const found: CommandResult[] = [];
  let hasMore = false;
  for await (const item of connected.client.list(connected.clusterOf(operands[0]), filter)) {
    hasMore = found.length === limit;
    if (hasMore) break;
    found.push(item);
  }
  if (wantsJson(options)) {
    await printJson(context, found.map(flatResult));
    return 0;
  }
  const rows = found.map((item) => {
    const { longarm, exitCode, provisioningState, reason } = item.properties;
    return [
      item.id,
      longarm?.phase ?? provisioningState,
      exitCode === undefined ? '-' : String(exitCode),
      longarm?.times.submittedAt.replace(/\.\d+(?=Z$)/, '') ?? '-',
      longarm?.submittedBy.name ?? '-',
      reason ?? longarm?.cause?.reason ?? '',
    ];
  });
  const width = context.stdout.isTTY ? context.stdout.columns() : undefined;
  await writeOutput(
    context.stdout.stream,
    formatTable(['ID', 'PHASE', 'EXIT', 'SUBMITTED', 'BY', 'REASON'], rows, width),
  );
  await flushOutput(context.stdout.stream);
  if (hasMore) say(context, `There are more than ${limit}; --limit shows more.`);
  return 0;
}

function given<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}

/** A time as the API takes it: RFC 3339 as it is, a duration counted back from now. */
function timeOf(text: string | undefined, flag: string): string | undefined {
  if (text === undefined || /^\d{4}-/.test(text)) return text;
  const ago = parseDuration(text);
  if (!ago.ok) throw new UsageError(`${flag} must be a time such as 2026-01-31T08:00:00Z, or a duration such as 90m.`);
  return new Date(Date.now() - ago.value).toISOString();
}
