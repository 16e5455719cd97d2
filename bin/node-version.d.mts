/** Compares a Node version with `engines.node`: nothing when it is new enough, else one line that says what is needed. */
export function nodeComplaint(version?: string): string | undefined;
