/** What became of a text: a value, or the rest of a sentence that begins with the option's name. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** A kind of value that an option can have, and how people write it. Flags, variables and YAML are parsed alike. */
export interface ValueType<T> {
  /** For the documents: `duration`, `size`, `yes or no`, or the words that are allowed. */
  readonly syntax: string;
  parse(text: string): Parsed<T>;
}

/** A value that was understood. */
export function accepted<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** A value that was not; `problem` goes on after the option's name: "must be a whole number, and is `x`". */
export function rejected<T>(problem: string): Parsed<T> {
  return { ok: false, problem };
}

/** Any text with something in it. `what` completes "must be …": "the path of a file". */
export function textType(what: string): ValueType<string> {
  return {
    syntax: what,
    parse: (text) => (text.trim() === '' ? rejected(`must be ${what}, and is empty`) : accepted(text)),
  };
}

/** One of some words. */
export function wordType<const W extends string>(words: readonly W[]): ValueType<W> {
  return {
    syntax: words.map((word) => `\`${word}\``).join(' or '),
    parse: (text) => {
      const found = words.find((word) => word === text.toLowerCase());
      return found === undefined
        ? rejected(`must be ${words.map((word) => `\`${word}\``).join(' or ')}, and is \`${text}\``)
        : accepted(found);
    },
  };
}

/** A switch: `on` or `off`, and the words that mean the same. */
export const switchType: ValueType<boolean> = {
  syntax: '`on` or `off`',
  parse: (text) => {
    if (/^(on|true|yes|1)$/i.test(text)) return accepted(true);
    if (/^(off|false|no|0)$/i.test(text)) return accepted(false);
    return rejected(`must be \`on\` or \`off\`, and is \`${text}\``);
  },
};

/** A whole number from `least` to `most`. */
export function integerType(least: number, most: number): ValueType<number> {
  return {
    syntax: `a whole number from ${least} to ${most}`,
    parse: (text) => {
      if (!/^-?\d{1,15}$/.test(text)) return rejected(`must be a whole number, and is \`${text}\``);
      const value = Number(text);
      if (value < least) return rejected(`is ${value}; the least is ${least}`);
      if (value > most) return rejected(`is ${value}; the most is ${most}`);
      return accepted(value);
    },
  };
}

/** The same type for an option that may be left out. */
export function optional<T>(type: ValueType<T>): ValueType<T | undefined> {
  return type;
}
