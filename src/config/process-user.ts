import { accepted, rejected, type ValueType } from './value-type.ts';

/** The system user that commands of the process lane run as: by number, or by name. */
export type ProcessUser =
  | { readonly type: 'ids'; readonly uid: number; readonly gid: number }
  | { readonly type: 'name'; readonly name: string };

/** `1001:1001`, `1001` (the group of the same number), or the name of a user. */
export const processUserType: ValueType<ProcessUser> = {
  syntax: 'a user’s name, `UID` or `UID:GID`',
  parse: (text) => {
    const ids = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text);
    if (ids !== null) {
      const uid = Number(ids[1]);
      if (uid === 0) return rejected('must be a user without privileges, and is 0 (root)');
      return accepted({ type: 'ids', uid, gid: Number(ids[2] ?? ids[1]) });
    }
    if (text === 'root') return rejected('must be a user without privileges, and is `root`');
    if (/^[a-z_][a-z0-9_.-]{0,31}\$?$/i.test(text)) return accepted({ type: 'name', name: text });
    return rejected(`must be a user’s name, \`UID\` or \`UID:GID\`, and is \`${text}\``);
  },
};
