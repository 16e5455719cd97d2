import type { CommandId } from '../../src/core/command-id.ts';
import { type FinalObservation, isFinal, type Observation } from '../../src/core/observation.ts';
import type { Executor } from '../../src/ports/executor.ts';

/** What an executor itself said, before any line could change it: the truth that the record is held against. */
export interface Witness extends Executor {
  /** Every final observation of a command, also those that never reached a worker. */
  endsOf(id: CommandId): readonly FinalObservation[];
  /** Every length that was told as a command's whole output. */
  totalsOf(id: CommandId): readonly number[];
}

/** Stands right in front of an executor and writes down what it says. */
export function witness(executor: Executor): Witness {
  const ends = new Map<CommandId, FinalObservation[]>();
  const totals = new Map<CommandId, number[]>();
  const note = <T>(notes: Map<CommandId, T[]>, id: CommandId, value: T) => {
    const known = notes.get(id);
    if (known === undefined) notes.set(id, [value]);
    else known.push(value);
  };
  return {
    start: (launch, signal) => executor.start(launch, signal),
    stop: (id, graceMs, signal) => executor.stop(id, graceMs, signal),
    destroy: (id, signal) => executor.destroy(id, signal),
    list: (signal) => executor.list(signal),
    async *observe(id, signal): AsyncGenerator<Observation, void> {
      for await (const observation of executor.observe(id, signal)) {
        if (isFinal(observation)) note(ends, id, observation);
        yield observation;
      }
    },
    async readOutput(id, from, sink, signal) {
      const end = await executor.readOutput(id, from, sink, signal);
      note(totals, id, end.totalBytes);
      return end;
    },
    endsOf: (id) => ends.get(id) ?? [],
    totalsOf: (id) => totals.get(id) ?? [],
  };
}
