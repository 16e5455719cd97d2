import type { Static } from 'typebox';
import type { ClusterLimits } from '../core/cluster.ts';
import { LongarmError } from '../core/error-code.ts';
import type { clusterLimitsSchema } from './managed-cluster-schema.ts';

/** Limits as they stand on the wire: times in seconds. */
export type WireLimits = Static<typeof clusterLimitsSchema>;

const year = 365 * 24 * 60 * 60;

/** What each limit may be at most: times so that no deadline leaves the calendar, numbers so that they stay exact. */
const ceilings = {
  queueSeconds: year,
  startSeconds: year,
  runSeconds: year,
  graceSeconds: 3600,
  concurrent: 1_000_000,
  waiting: 1_000_000,
  waitingBytes: Number.MAX_SAFE_INTEGER,
  outputBytes: Number.MAX_SAFE_INTEGER,
  // A result is one JSON string in memory.
  inlineLogsBytes: 16 * 1024 * 1024,
  retentionSeconds: 100 * year,
} as const satisfies Record<keyof WireLimits, number>;

/**
 * Turns the limits in a cluster's body into core's: seconds to milliseconds. What is absent stays absent.
 * @throws {LongarmError} InvalidParameter, target `properties.longarm.limits.…`, above a limit's own ceiling.
 */
export function parseClusterLimits(limits: WireLimits = {}): ClusterLimits {
  const read = (name: keyof WireLimits) => withinCeiling(name, limits[name]);
  return {
    ...entry('queueMs', read('queueSeconds'), 1000),
    ...entry('startMs', read('startSeconds'), 1000),
    ...entry('runMs', read('runSeconds'), 1000),
    ...entry('graceMs', read('graceSeconds'), 1000),
    ...entry('concurrent', read('concurrent')),
    ...entry('waiting', read('waiting')),
    ...entry('waitingBytes', read('waitingBytes')),
    ...entry('outputBytes', read('outputBytes')),
    ...entry('inlineLogsBytes', read('inlineLogsBytes')),
    ...entry('retentionMs', read('retentionSeconds'), 1000),
  };
}

/** The reverse of `parseClusterLimits`. Parts of a second are rounded up: a limit of 1.5 s is shown as 2. */
export function toWireLimits(limits: ClusterLimits): WireLimits {
  return {
    ...entry('queueSeconds', limits.queueMs, 1 / 1000),
    ...entry('startSeconds', limits.startMs, 1 / 1000),
    ...entry('runSeconds', limits.runMs, 1 / 1000),
    ...entry('graceSeconds', limits.graceMs, 1 / 1000),
    ...entry('concurrent', limits.concurrent),
    ...entry('waiting', limits.waiting),
    ...entry('waitingBytes', limits.waitingBytes),
    ...entry('outputBytes', limits.outputBytes),
    ...entry('inlineLogsBytes', limits.inlineLogsBytes),
    ...entry('retentionSeconds', limits.retentionMs, 1 / 1000),
  };
}

function entry<Name extends string>(name: Name, value: number | undefined, factor = 1): { [N in Name]?: number } {
  const none: { [N in Name]?: number } = {};
  return value === undefined ? none : { ...none, [name]: Math.ceil(value * factor) };
}

function withinCeiling(name: keyof WireLimits, value: number | undefined): number | undefined {
  if (value !== undefined && value > ceilings[name]) {
    throw new LongarmError('InvalidParameter', `${name} is ${value}; it may be ${ceilings[name]} at most.`, {
      target: `properties.longarm.limits.${name}`,
    });
  }
  return value;
}
