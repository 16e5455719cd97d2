/** Tells the person who waits, one line at a time. */
export type Say = (line: string) => void;
