import type { Dice } from './dice.ts';

/** A command of the scripted executor, with all that is known of it beforehand. */
export interface SampleScript {
  readonly text: string;
  /** All that it writes if nothing ends it early. */
  readonly written: Uint8Array;
  /** How it exits if nothing ends it early; `undefined` for one that does not exit. */
  readonly exitCode: number | undefined;
  /** Where it leaves one line for each time that it is carried out; `undefined` for one that leaves none. */
  readonly effects: string | undefined;
  readonly timeoutMs: number | undefined;
  /** Whether it is one of which nobody can know what became of it. */
  readonly getsLost: boolean;
}

/** How a sample script ends, and how often of a hundred times. */
const endings = [
  ['exit', 68],
  ['none', 5],
  ['killed', 8],
  ['lost', 8],
  ['refuse', 6],
  ['not understood', 5],
] as const;

/**
 * Makes a command up: perhaps pending for a while, then output and pauses, then one of all endings there are.
 * @param effects where it is to leave a line when it is started.
 */
export function sampleScript(dice: Dice, effects: string): SampleScript {
  const lines: string[] = [];
  const written: Uint8Array[] = [];
  const counted = dice.chance(0.8);
  if (counted) lines.push(`append ${effects} ran`);
  // What is pending has been started, and its line was written: a stop that finds it pending would look like a lie.
  else if (dice.chance(0.7)) lines.push(`pending ImagePullBackOff "not yet" for ${dice.durationMs(20, 6000)}ms`);
  if (dice.chance(0.15)) lines.push('ignore-term');
  for (let step = dice.whole(0, 5); step > 0; step--) {
    if (dice.chance(0.4)) lines.push(`sleep ${dice.durationMs(10, 4000)}ms`);
    const bytes = dice.bytes(dice.chance(0.003) ? 300_000 : dice.durationMs(1, 2500));
    lines.push(`base64 ${Buffer.from(bytes).toString('base64')}`);
    written.push(bytes);
  }
  let roll = dice.whole(1, 100);
  const ending = endings.find(([, share]) => (roll -= share) <= 0)?.[0] ?? 'exit';
  const exitCode = ending === 'exit' ? dice.pick([0, 0, 1, dice.whole(2, 255), 137, 143]) : 0;
  switch (ending) {
    case 'exit':
      lines.push(`exit ${exitCode}`);
      break;
    case 'killed':
      lines.push(dice.chance(0.5) ? 'killed OOMKilled 137 "memory"' : 'killed Evicted "gone"');
      break;
    case 'lost':
      lines.push('lost Nobody knows.');
      break;
    case 'refuse':
      lines.push('refuse Unschedulable "0/3 nodes are available"');
      break;
    case 'not understood':
      lines.push('exlt 0');
      break;
    case 'none':
  }
  return {
    text: lines.join('\n'),
    written: Buffer.concat(written),
    exitCode: ending === 'exit' || ending === 'none' ? exitCode : undefined,
    effects: counted ? effects : undefined,
    timeoutMs: dice.chance(0.2) ? dice.durationMs(200, 8000) : undefined,
    getsLost: ending === 'lost',
  };
}
