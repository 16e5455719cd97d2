/** Chance that can be had again: what falls depends on the seed and on what it is thrown for, and on nothing else. */
export interface Dice {
  /** From 0 up to and without 1. */
  fraction(): number;
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number;
  /** True so often. */
  chance(probability: number): boolean;
  /** One of them, each as likely. */
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** A duration from `from` to `to` milliseconds, short ones as likely as long ones ten times as long. */
  durationMs(from: number, to: number): number;
  /** So many bytes. */
  bytes(length: number): Uint8Array;
}

/**
 * Dice for one purpose. Throws for different purposes do not disturb each other, so a schedule hardly changes when
 * two calls change places.
 */
export function dice(seed: number, purpose: string): Dice {
  let state = hash(`${seed}/${purpose}`);
  // mulberry32, which is in the public domain: a small generator that passes the usual tests of randomness.
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (from: number, to: number): number => from + Math.floor(fraction() * (to - from + 1));
  return {
    fraction,
    whole,
    chance: (probability) => fraction() < probability,
    pick: (choices) => choices[whole(0, choices.length - 1)] ?? choices[0],
    durationMs: (from, to) => Math.round(from * (to / from) ** fraction()),
    bytes: (length) => Uint8Array.from({ length }, () => whole(0, 255)),
  };
}

/** FNV-1a over the text's UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value | 0;
}
