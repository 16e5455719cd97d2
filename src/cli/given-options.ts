import { UsageError } from './usage-error.ts';

type Options = Readonly<Record<string, unknown>>;

/** An option that takes a value; `undefined` where it was not given. */
export function givenText(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** An option that is given or not. */
export function isGiven(options: Options, name: string): boolean {
  return options[name] === true;
}

/** An option that may be given several times. */
export function givenTexts(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A whole number. @throws {UsageError} for anything else. */
export function givenInteger(options: Options, name: string, flag: string): number | undefined {
  const text = givenText(options, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${flag} must be a whole number, and is "${text}".`);
  return Number(text);
}

/** Collects the values of an option that may be given several times, for commander. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}
