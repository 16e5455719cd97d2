import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberOf, objectOf } from '../src/client/json-fields.ts';
import { type BenchServer, startBenchServer, submit, untilEnded, versioned } from './bench-server.ts';
import { inTurn, type Measure, type Place, ratio, value } from './measure.ts';
import { cpuSeconds, residentBytes } from './process-figures.ts';
import { startProgram } from './program.ts';
import { sampleOf } from './sample.ts';

const many = 1000;
const mib = 1024 ** 2;
/** The output: for one follower so long that its processor time can be told, for a thousand so short that it ends. */
const bytesForOne = 64 * mib;
const bytesForMany = 2 * mib;
/** It is written in pieces, like a log: this much at once. */
const pieceBytes = 64 * 1024;

/** What it takes to have many people look at one output. */
export const followers: Measure = {
  name: 'followers',
  deadlineMs: 240_000,
  run: async (place) => {
    const server = await startBenchServer(place, [{ name: 'process', executor: 'process' }]);
    const idleKb: number[] = [];
    const busyKb: number[] = [];
    try {
      let count = 0;
      await followed(place, server, 1, bytesForMany, 0);
      const pair = await inTurn(
        'MiB per CPU second',
        3,
        0,
        async () => (await followed(place, server, 1, bytesForOne, (count += 1))).mibPerCpuSecond,
        async () => {
          const round = await followed(place, server, many, bytesForMany, (count += 1));
          idleKb.push((round.idleBytes - round.bytesBefore) / many / 1000);
          busyKb.push((round.busyBytes - round.bytesBefore) / many / 1000);
          return round.mibPerCpuSecond;
        },
      );
      const reach = { bound: 'at most', value: 20 } as const;
      return [
        ratio(
          {
            name: 'followers',
            what: '1,000 followers of one busy output, without TLS',
            against: 'one follower',
            reach: { bound: 'at least', value: 0.5 },
          },
          pair,
        ),
        value(
          { name: 'followers-memory', what: 'RSS of the server for each that waits', reach },
          sampleOf('kB', idleKb),
        ),
        value(
          { name: 'followers-memory-busy', what: 'RSS of the server for each, at most, while output comes', reach },
          sampleOf('kB', busyKb),
        ),
      ];
    } finally {
      await server.stop();
    }
  },
};

interface Followed {
  readonly mibPerCpuSecond: number;
  /** The server's RSS before the first of them came. */
  readonly bytesBefore: number;
  /** The server's RSS with all followers there and no output yet. */
  readonly idleBytes: number;
  /** The largest while it came. */
  readonly busyBytes: number;
}

/** Lets so many follow a command that begins to write once they are all there. */
async function followed(
  place: Place,
  server: BenchServer,
  followerCount: number,
  bytes: number,
  count: number,
): Promise<Followed> {
  const caller = server.caller(1);
  const program = startProgram('follow', place.signal);
  const go = join(place.directory, `go-${count}`);
  const pieces = bytes / pieceBytes;
  const command = `until [ -e ${go} ]; do sleep 0.1; done; dd if=/dev/zero bs=${pieceBytes} count=${pieces} status=none`;
  const result = await submit(caller, server.cluster('process'), command);
  const path = versioned(`${result.split('?')[0]}/output`, 'follow=true');
  const bytesBefore = residentBytes(server.pid);
  await program.ask({ port: server.plainPort, token: server.token, path, followers: followerCount });
  const idleBytes = residentBytes(server.pid);
  let busyBytes = 0;
  const sampling = setInterval(() => (busyBytes = Math.max(busyBytes, residentBytes(server.pid))), 50);
  try {
    const cpuBefore = cpuSeconds(server.pid);
    writeFileSync(go, '');
    const delivered = numberOf(objectOf(await program.ask({})), 'delivered') ?? 0;
    const cpu = cpuSeconds(server.pid) - cpuBefore;
    if (delivered !== followerCount * bytes) throw new Error(`${delivered} bytes were delivered.`);
    await untilEnded(caller, result, place.signal);
    return { mibPerCpuSecond: delivered / mib / cpu, bytesBefore, idleBytes, busyBytes };
  } finally {
    clearInterval(sampling);
    caller.close();
    await program.stop();
  }
}
