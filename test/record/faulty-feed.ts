import type { CommandId } from '../../src/core/command-id.ts';
import type { CommandFeed } from '../../src/ports/command-feed.ts';
import type { FaultyLine } from './faulty-line.ts';

/** A feed at the far end of a faulty line. */
export function faultyFeed(line: FaultyLine, feed: CommandFeed): CommandFeed {
  return {
    claim: (workerId, signal) => line.call('claim', '', (until) => feed.claim(workerId, until), signal),
    renew: (id, token, known, signal) =>
      line.call('renew', short(id), (until) => feed.renew(id, token, known, until), signal),
    report: (id, token, said) => line.call(`report ${said.type}`, short(id), () => feed.report(id, token, said)),
    payload: (id, token) => line.call('payload', short(id), () => feed.payload(id, token)),
    appendOutput: (id, token, offset, bytes) =>
      line.call('appendOutput', `${short(id)} ${offset}+${bytes.length}`, () =>
        feed.appendOutput(id, token, offset, bytes),
      ),
    sealOutput: (id, token) => line.call('sealOutput', short(id), () => feed.sealOutput(id, token)),
    unfinishedAmong: (ids) => line.call('unfinishedAmong', String(ids.length), () => feed.unfinishedAmong(ids)),
    release: (id, token) => line.call('release', short(id), () => feed.release(id, token)),
  };
}

/** Enough of an id to tell the commands of one schedule apart. */
export function short(id: CommandId): string {
  return id.slice(0, 4);
}
