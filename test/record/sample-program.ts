import type { Dice } from './dice.ts';
import type { SampleScript } from './sample-script.ts';

/** Makes a shell command up: it leaves a line in `effects`, writes and pauses, and exits, dies or outlives TERM. */
export function sampleProgram(dice: Dice, effects: string): SampleScript {
  const lines = [`echo ran >>'${effects}'`];
  const written: Uint8Array[] = [];
  if (dice.chance(0.15)) lines.push(`trap '' TERM`);
  for (let step = dice.whole(0, 4); step > 0; step--) {
    if (dice.chance(0.5)) lines.push(`sleep ${dice.durationMs(10, 800) / 1000}`);
    const bytes = dice.bytes(dice.durationMs(1, 2500));
    lines.push(`base64 -d <<'END'\n${Buffer.from(bytes).toString('base64')}\nEND`);
    written.push(bytes);
  }
  const dies = dice.chance(0.1);
  const exitCode = dies ? 137 : dice.pick([0, 0, 1, dice.whole(2, 255)]);
  lines.push(dies ? 'kill -KILL $$' : `exit ${exitCode}`);
  return {
    text: lines.join('\n'),
    written: Buffer.concat(written),
    exitCode,
    effects,
    timeoutMs: dice.chance(0.15) ? 1000 : undefined,
    getsLost: false,
  };
}
