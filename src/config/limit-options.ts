import { defaultLimits, type Limits } from '../core/limits.ts';
import { durationType, formatDuration } from './duration.ts';
import type { Option } from './option.ts';
import { formatSize, sizeType } from './size.ts';
import { integerType, type ValueType } from './value-type.ts';

const secondMs = 1000;
const dayMs = 86_400_000;
const mib = 1024 * 1024;

function limit(
  name: string,
  key: string,
  type: ValueType<number>,
  fallback: string,
  unit: string | undefined,
  description: string,
): Option<number> {
  const dashed = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return {
    name,
    flag: `--${dashed}`,
    variable: `LONGARM_${dashed.replaceAll('-', '_').toUpperCase()}`,
    key: `limits.${key}`,
    type,
    default: fallback,
    unit,
    description,
    group: 'Limits',
  };
}

/** The limits of `core/limits.ts` as options. A cluster of the configuration sets its own under the same keys. */
export const limitOptions = {
  queueMs: limit(
    'queueLimit',
    'queue',
    durationType(secondMs, 30 * dayMs),
    formatDuration(defaultLimits.queueMs),
    'seconds',
    'How long a command may wait in the queue before it fails with `QueueTimeout`.',
  ),
  startMs: limit(
    'startLimit',
    'start',
    durationType(secondMs, dayMs),
    formatDuration(defaultLimits.startMs),
    'seconds',
    'How long a launched command may take to start before it fails with `StartTimeout`; a server that adopts it after a ' +
      'restart gives it as long again.',
  ),
  runMs: limit(
    'runLimit',
    'run',
    durationType(secondMs, 30 * dayMs),
    formatDuration(defaultLimits.runMs),
    'seconds',
    'How long a command may run, and the most that a request may ask for.',
  ),
  graceMs: limit(
    'grace',
    'grace',
    durationType(0, 3_600_000),
    formatDuration(defaultLimits.graceMs),
    'seconds',
    'How long a command that is stopped has between TERM and KILL.',
  ),
  concurrent: limit(
    'concurrent',
    'concurrent',
    integerType(1, 10_000),
    String(defaultLimits.concurrent),
    'commands',
    'How many commands of one cluster run at once.',
  ),
  waiting: limit(
    'waiting',
    'waiting',
    integerType(0, 1_000_000),
    String(defaultLimits.waiting),
    'commands',
    'How many commands of one cluster may wait; one more is answered 429.',
  ),
  waitingBytes: limit(
    'waitingBytes',
    'waitingBytes',
    sizeType(1024, 1024 * 1024 * mib),
    formatSize(defaultLimits.waitingBytes),
    'bytes',
    'How much the commands of one cluster that wait may take, with their packed files; one beyond it is answered 429, ' +
      'unless it would wait alone.',
  ),
  outputBytes: limit(
    'outputLimit',
    'output',
    sizeType(1024, 1024 * 1024 * mib),
    formatSize(defaultLimits.outputBytes),
    'bytes',
    'The largest stored output; a command that writes more is stopped with `OutputLimitExceeded`.',
  ),
  inlineLogsBytes: limit(
    'inlineLogsLimit',
    'inlineLogs',
    sizeType(1024, 16 * mib),
    formatSize(defaultLimits.inlineLogsBytes),
    'bytes',
    'The largest `logs` in a result; longer output is shown there as head, marker and tail.',
  ),
  retentionMs: limit(
    'retention',
    'retention',
    durationType(60 * secondMs, 3650 * dayMs),
    formatDuration(defaultLimits.retentionMs),
    'seconds',
    'How long a finished command and its output are kept.',
  ),
} as const satisfies Record<keyof Limits, Option<number>>;
