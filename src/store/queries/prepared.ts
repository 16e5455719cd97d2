import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Tables } from '../rows/tables.ts';
import type { Session } from './session.ts';

/** A query that is written in Kysely once, compiled at its first use, and from then on only given its values. */
export interface Prepared<Given, Row> {
  /** All rows. */
  all(session: Session, given: Given): Promise<Row[]>;
  /** The first row; `undefined` where there is none. */
  first(session: Session, given: Given): Promise<Row | undefined>;
  /** Runs a query that changes rows. @returns how many it changed. */
  change(session: Session, given: Given): Promise<number>;
}

/** Stands in a compiled query for the value that a call gives. */
class Placeholder {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
}

/** A compiled query, and how many values it was given when it was compiled. */
interface Plan<Row> {
  readonly compiled: CompiledQuery<Row>;
  readonly names: number;
}

/**
 * Prepares a query for many calls: to build and compile one costs more than to run it.
 * @param build writes the query. Of what it is given it may only say where it goes, and not look at it: a value that
 *   decides about the query's form (a list's length, null or not) belongs to two queries. What it is given has the
 *   names that the first call gave, so a whole row may be passed to `values` or `set`.
 */
export function prepare<Given extends object, Row>(
  build: (db: Kysely<Tables>, given: Given) => Compilable<Row>,
): Prepared<Given, Row> {
  /** One plan for each engine that is in use in this process. */
  const plans = new WeakMap<Kysely<Tables>, Plan<Row>>();
  const planFor = (builder: Kysely<Tables>, given: Given): Plan<Row> => {
    const known = plans.get(builder);
    const names = Object.keys(given).length;
    if (known !== undefined) {
      // One name more would be a column that is left out in silence.
      if (known.names !== names) throw new TypeError(`A query of ${known.names} values was given ${names}.`);
      return known;
    }
    const compiled = build(builder, placeholders(given)).compile();
    const plan = { compiled, names };
    plans.set(builder, plan);
    return plan;
  };
  const run = (session: Session, given: Given): Promise<QueryResult<Row>> => {
    const { compiled } = planFor(session.builder, given);
    return session.run({ ...compiled, parameters: compiled.parameters.map((parameter) => valueOf(parameter, given)) });
  };
  return {
    all: async (session, given) => (await run(session, given)).rows,
    first: async (session, given) => (await run(session, given)).rows[0],
    change: async (session, given) => Number((await run(session, given)).numAffectedRows ?? 0),
  };
}

function placeholders<Given extends object>(given: Given): Given {
  // Kysely passes on as a parameter whatever object it does not know, and its types want the column's own.
  return Object.fromEntries(Object.keys(given).map((name) => [name, new Placeholder(name)])) as Given;
}

function valueOf<Given extends object>(parameter: unknown, given: Given): unknown {
  return parameter instanceof Placeholder ? Reflect.get(given, parameter.name) : parameter;
}
