/** What Longarm does about a word, and after how long. Times are in milliseconds. */
export type Policy =
  /** The command fails as soon as the word is seen. */
  | { readonly type: 'atOnce' }
  /** Shown while it waits or tries again; the command fails when it has lasted this long. */
  | {
      readonly type: 'grace';
      readonly graceMs: number;
      /** Texts of the cluster that make waiting pointless. */
      readonly atOnceWhen?: readonly RegExp[];
      /** Texts of the cluster that tell of something that passes: then only the start limit ends the waiting. */
      readonly passesWhen?: readonly RegExp[];
      /** An event that makes waiting pointless. */
      readonly atOnceOn?: readonly string[];
      /** Events that say help is on its way, and how long that may take. */
      readonly longerOn?: { readonly events: readonly string[]; readonly graceMs: number };
    }
  /** Shown while it lasts; only the command's start limit ends it. */
  | { readonly type: 'wait' }
  /** Another pod may do: tried up to three times, where it is proven that nothing ran. */
  | { readonly type: 'freshPod' }
  /** The command had begun: the word stands beside what is known of its end. */
  | { readonly type: 'ended' };

/** One word that a command's `reason` may begin with where a cluster runs it. */
export interface ReasonRow {
  /** Where the cluster says it. */
  readonly shows: string;
  readonly policy: Policy;
  /** What to do about it: the last sentence of the message, and a cell of docs/kubernetes-reasons.md. */
  readonly todo: string;
}

/** The rows of one table, by their words. */
export type ReasonRows = Readonly<Record<string, ReasonRow>>;
