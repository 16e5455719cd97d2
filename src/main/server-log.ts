import pino, { type Logger } from 'pino';
import { showableJson } from '../wire/quote.ts';

/** Fields that may never stand in a log line, wherever somebody put them. */
const secretPaths = ['authorization', '*.authorization', 'clientSecret', '*.clientSecret', 'token', '*.token'];

/**
 * The server's log: one JSON object a line. Command text, output, bodies and tokens are given to no log call; the
 * redaction is for the day somebody forgets that.
 */
export function createServerLog(level: string, descriptor: 1 | 2): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.errWithCause },
      // Names from tokens and the words of errors are others', and a log is read on a terminal.
      hooks: { streamWrite: showableJson },
      redact: { paths: secretPaths, censor: '[redacted]' },
    },
    // Synchronous: the last lines before an exit are the ones that are needed.
    pino.destination({ dest: descriptor, sync: true }),
  );
}
