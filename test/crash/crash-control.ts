/** How a test tells a server with crash points where to die; JSON of `CrashControl`. */
export const crashVariable = 'CRASH_POINTS_OF_LONGARM';

/** Between a test and the server that it crashes. */
export interface CrashControl {
  /** The data directory: effects elsewhere are no crash points. */
  readonly root: string;
  /** Holds the name of the point at which to die. Not there: nowhere. */
  readonly armFile: string;
  /** While it is there, every point that is passed is appended to it. */
  readonly traceFile: string;
}

/** Reads the variable's value; `undefined` where nobody controls this server. */
export function parseControl(text: string | undefined): CrashControl | undefined {
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${crashVariable} is not an object.`);
  const read = (name: string): string => String(Reflect.get(parsed, name));
  return { root: read('root'), armFile: read('armFile'), traceFile: read('traceFile') };
}
