import type { CommandId } from '../core/command-id.ts';

/**
 * Remembers which commands an executor destroyed. Nothing on the disk tells a command that was destroyed from one
 * that never was, and a worker whose lease is long over may still call `start`: that must not run it again.
 */
export interface DestroyedCommands {
  add(commandId: CommandId): void;
  has(commandId: CommandId): boolean;
}

/** Remembers the last so many (some 100 bytes each); a start that is late by more commands than that is let through. */
const remembered = 10_000;

/** Makes an empty memory, for the life of one executor. */
export function destroyedCommands(): DestroyedCommands {
  const ids = new Set<CommandId>();
  return {
    add(commandId) {
      ids.add(commandId);
      const [oldest] = ids;
      if (ids.size > remembered && oldest !== undefined) ids.delete(oldest);
    },
    has: (commandId) => ids.has(commandId),
  };
}
