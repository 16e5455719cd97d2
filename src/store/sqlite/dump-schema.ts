import { DatabaseSync } from 'node:sqlite';

/**
 * The schema of a database as the text that is committed in `schema.sql`: one statement for each table and index,
 * one line for each column and constraint, so that a migration shows as a diff that can be read.
 */
export function dumpSchema(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database
      .prepare(
        `select sql from sqlite_schema where sql is not null and name not like 'sqlite_%' order by tbl_name, type desc, name`,
      )
      .all();
    return rows.map((row) => `${onLines(String(row['sql']))};\n`).join('\n');
  } finally {
    database.close();
  }
}

/** Breaks a `create table` before each of its parts: at the commas that are inside exactly one pair of brackets. */
function onLines(statement: string): string {
  if (!/^create table/i.test(statement)) return statement;
  let depth = 0;
  let lines = '';
  for (const character of statement.replace(/\s+/g, ' ')) {
    if (character === ')') depth -= 1;
    if (character === ')' && depth === 0) lines += '\n';
    lines += character;
    if (character === '(') depth += 1;
    if ((character === '(' || character === ',') && depth === 1) lines += '\n ';
  }
  return lines.replace(/\n +/g, '\n  ');
}
