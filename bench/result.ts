import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';

const sampleSchema = Type.Object({
  unit: Type.String(),
  median: Type.Number(),
  low: Type.Number(),
  high: Type.Number(),
  count: Type.Number(),
});

/** What `--out` writes: `Machine` and `Figure`s, and when they were measured (RFC 3339). */
const resultSchema = Type.Object({
  at: Type.String(),
  machine: Type.Object({
    cpu: Type.String(),
    cpus: Type.Number(),
    memoryGib: Type.Number(),
    system: Type.String(),
    node: Type.String(),
    disk: Type.String(),
    fsyncMs: Type.Number(),
    loadBefore: Type.Number(),
  }),
  figures: Type.Array(
    Type.Object({
      name: Type.String(),
      what: Type.String(),
      subject: sampleSchema,
      baseline: Type.Optional(Type.Object({ what: Type.String(), sample: sampleSchema })),
      by: Type.Union([Type.Literal('ratio'), Type.Literal('difference'), Type.Literal('value')]),
      result: Type.Number(),
      reach: Type.Optional(
        Type.Object({ bound: Type.Union([Type.Literal('at least'), Type.Literal('at most')]), value: Type.Number() }),
      ),
    }),
  ),
});

/** All that one run found. */
export type Result = Static<typeof resultSchema>;

/** Reads what `--out` wrote. @throws {Error} where it is something else. */
export function parseResult(text: string): Result {
  return Value.Parse(resultSchema, JSON.parse(text));
}
