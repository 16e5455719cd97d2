import type { Command } from '../core/command.ts';
import type { ControlPlane } from './dependencies.ts';
import { moveCommand, ringFor } from './move-command.ts';

const batch = 200;

/**
 * Fails what waited too long and takes back what a dead worker had claimed. Called now and then; right however
 * often. @returns how many commands were moved.
 */
export async function expireOverdue(plane: ControlPlane): Promise<number> {
  const now = plane.clock.now();
  const overdue = await plane.store.read(({ commands }) => commands.overdue(now, batch));
  let moved = 0;
  for (const { facts, phase } of overdue) {
    const event = { type: phase === 'accepted' ? 'expireQueue' : 'expireLease' } as const;
    const move = await plane.store.write(({ commands }) => moveCommand(commands, facts.id, event, now));
    if (!move.ok) continue;
    ringFor(plane.bell, move.command);
    moved += 1;
  }
  return moved;
}

/**
 * Drops every lease. For the start of a server that is the only one on its store: whoever held a lease is dead, and
 * waiting for the lease to run out would leave running commands unwatched for that long.
 * @returns the commands whose leases were dropped, as they stand after it.
 */
export async function dropAllLeases(plane: ControlPlane): Promise<readonly Command[]> {
  return plane.store.write(async ({ commands }) => {
    const dropped: Command[] = [];
    for (const command of await commands.leased()) {
      if (!('lease' in command)) continue;
      const event = { type: 'dropLease', token: command.lease.token, workerDied: true } as const;
      const move = await moveCommand(commands, command.facts.id, event, plane.clock.now());
      if (move.ok) dropped.push(move.command);
    }
    return dropped;
  });
}
