import type { CommandId } from '../core/command-id.ts';
import type { Command } from '../core/command.ts';
import type { CommandEvent, Refusal } from '../core/event.ts';
import { isTerminal } from '../core/command.ts';
import type { Instant } from '../core/instant.ts';
import { transition } from '../core/transition.ts';
import type { Bell } from '../ports/bell.ts';
import type { CommandStore } from '../ports/command-store.ts';

/** What became of an event. */
export type Move =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly refusal: Refusal | 'notFound' };

/** How often a move is made anew because somebody else moved the command in between. */
const maxTries = 20;

/**
 * Applies an event to a stored command: load, `core/transition`, save under the revision it was loaded with, and
 * once more where another writer was faster. The only way by which this room changes a command.
 */
export async function moveCommand(
  commands: CommandStore,
  id: CommandId,
  event: CommandEvent,
  now: Instant,
): Promise<Move> {
  for (let tries = 0; tries < maxTries; tries++) {
    const command = await commands.get(id);
    if (command === undefined) return { ok: false, refusal: 'notFound' };
    const moved = transition(command, event, now);
    if (!moved.ok) return moved;
    if (moved.command === command) return { ok: true, command };
    if (await commands.save(moved.command, command.revision)) return { ok: true, command: moved.command };
  }
  throw new Error(`Command ${id} was moved by others ${maxTries} times while '${event.type}' was to be applied to it.`);
}

/** Wakes whoever may wait for what a move changed: the command's pollers and worker, and the queue's workers. */
export function ringFor(bell: Bell, command: Command): void {
  bell.ring(`command/${command.facts.id}`);
  if (isTerminal(command)) bell.ring(`output/${command.facts.id}`);
  // An end frees a place, and what is back in the queue may be claimed.
  if (isTerminal(command) || command.phase === 'accepted') bell.ring('queue');
}
