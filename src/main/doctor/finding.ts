/** What one check of `doctor` found. */
export interface Finding {
  /** What was looked at, in a few words. */
  readonly check: string;
  /** `ok`; `weak` works but promises less; `bad` does not work; `skipped` could not be looked at. */
  readonly state: 'ok' | 'weak' | 'bad' | 'skipped';
  /** What was seen. */
  readonly seen: string;
  /** What to do about it; absent where there is nothing to do. */
  readonly remedy?: string;
  /** How long the look took, where that tells something. */
  readonly tookMs?: number;
}

/** Turns what a check throws into a finding, so that one broken thing does not hide the next. */
export async function finding(check: string, remedy: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return { check, state: 'bad', seen: error instanceof Error ? error.message : String(error), remedy };
  }
}

/** As `finding`, with the time that it took. */
export async function timedFinding(check: string, remedy: string, look: () => Promise<Finding>): Promise<Finding> {
  const startedMs = performance.now();
  const found = await finding(check, remedy, look);
  return { ...found, tookMs: Math.round(performance.now() - startedMs) };
}
