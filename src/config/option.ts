import type { ValueType } from './value-type.ts';

/** Variables of the environment, as the system gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Under which heading the documents show an option. */
export type OptionGroup = 'Where it runs' | 'TLS' | 'ARM face' | 'Limits' | 'Execution' | 'Watching it';

/** One row of the options table: everything that is known about one setting. */
export interface Option<T> {
  /** How programs name it; what a command line parser makes of the flag. */
  readonly name: string;
  /** `--like-this`. */
  readonly flag: string;
  /** `LONGARM_LIKE_THIS`. */
  readonly variable: string;
  /** Where it stands in the YAML file: `limits.run`. */
  readonly key: string;
  readonly type: ValueType<T>;
  /** As one would write it; `undefined` where the option may be left out. */
  readonly default: string | undefined;
  /** Where the default depends on the environment; `default` then says how. */
  readonly defaultFrom?: (environment: Environment) => string;
  /** What a plain number counts: `seconds`, `bytes`. */
  readonly unit: string | undefined;
  readonly description: string;
  readonly group: OptionGroup;
  /** A value of the variable that is not meant for us, and is passed over. */
  readonly ignoresVariable?: RegExp;
}
