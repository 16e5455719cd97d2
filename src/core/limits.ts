const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const kib = 1024;
const mib = 1024 * kib;

/** Every limit that a command meets. Times are in milliseconds, sizes in bytes. */
export interface Limits {
  /** How long a command may wait in the queue before it fails with `QueueTimeout`. */
  readonly queueMs: number;
  /** How long a launched command may take to start before it fails with `StartTimeout`. */
  readonly startMs: number;
  /** How long a command may run before its supervisor stops it; also the most that a request may ask for. */
  readonly runMs: number;
  /** Between TERM and KILL when a command is stopped. */
  readonly graceMs: number;
  /** How many commands of one cluster run at once. */
  readonly concurrent: number;
  /** How many commands of one cluster may wait; one more is answered 429. */
  readonly waiting: number;
  /**
   * How many bytes the commands of one cluster that wait may take, texts and packed files together; a command that
   * would be beyond is answered 429. One that waits alone is taken whatever its size, or it could never run.
   */
  readonly waitingBytes: number;
  /** The largest stored output; beyond it the command is stopped with `OutputLimitExceeded`. */
  readonly outputBytes: number;
  /** The largest `logs` in an ARM result; longer output is shown as head, marker and tail. */
  readonly inlineLogsBytes: number;
  /** How long a finished command and its output are kept. */
  readonly retentionMs: number;
}

/** The limits of a server that configures none. Source: docs/lifecycle.md. */
export const defaultLimits: Limits = {
  queueMs: hour,
  startMs: 5 * minute,
  runMs: 60 * minute,
  graceMs: 30 * second,
  concurrent: 10,
  waiting: 1000,
  waitingBytes: 512 * mib,
  outputBytes: 1024 * mib,
  inlineLogsBytes: 512 * kib,
  retentionMs: 30 * day,
};

/** The limits of one cluster: the server's, with what the cluster sets in their place. */
export function limitsOf(server: Limits, cluster: Partial<Limits>): Limits {
  return { ...server, ...cluster };
}
