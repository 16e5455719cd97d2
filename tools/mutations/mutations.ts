/** A defence, how to take it out, and the test that fails then. */
export interface Mutation {
  /** What is taken out, in words that follow "without". */
  readonly defence: string;
  readonly file: string;
  /** The text that is the defence; it stands in the file exactly once. */
  readonly original: string;
  readonly replacement: string;
  /** What `node --test` is given. */
  readonly test: readonly string[];
}

/** The text of the mutant. @throws where the defence is not in the text exactly once: the list is out of date. */
export function mutate({ file, original, replacement }: Mutation, text: string): string {
  const parts = text.split(original);
  if (parts.length !== 2) throw new Error(`${file} holds this ${parts.length - 1} times, not once:\n${original}`);
  return parts.join(replacement);
}

/** Every mutation. `npm run mutate` tries them; a test sees that they can still be made. */
export const mutations: readonly Mutation[] = [
  {
    defence: 'a commit that waits for the disk',
    file: 'src/store/sqlite/open-connection.ts',
    original: "connection.exec('pragma synchronous = full');",
    replacement: "connection.exec('pragma synchronous = normal');",
    test: ['test/crash/durability.test.ts'],
  },
  {
    defence: 'output that is on disk before it is final',
    file: 'src/store/files/open-output-files.ts',
    original: 'await file.sync();',
    replacement: '',
    test: ['test/crash/durability.test.ts'],
  },
  {
    defence: 'a launch that is committed before anything is touched',
    file: 'src/worker/carry-out.ts',
    original: "if (claim.phase === 'claimed') {",
    replacement: "if (claim.phase === 'claimed' && executor.list.length > 1) {",
    test: ['test/worker/worker.test.ts'],
  },
  {
    defence: 'the memory of requests that were sent before',
    file: 'src/control-plane/run-command.ts',
    original: "if (earlier !== undefined) return { type: 'repeated', id: earlier };",
    replacement: '',
    test: ['test/control-plane/clock-jumps.test.ts'],
  },
  {
    defence: 'a time that nobody can set',
    file: 'src/main/server-clock.ts',
    original: 'const mostMs = passedMs * slewRatio;',
    replacement: 'const mostMs = Infinity;',
    test: ['test/control-plane/clock-jumps.test.ts'],
  },
  {
    defence: 'a start that lies between the launch and now',
    file: 'src/core/transition.ts',
    original: 'between(command.launchedAt, seenAt, now)',
    replacement: 'seenAt',
    test: ['test/control-plane/clock-jumps.test.ts'],
  },
  {
    defence: 'an exit record that must be whole',
    file: 'src/executors/supervisor/spool-directory.ts',
    original: 'cause === undefined || exitCode > 255',
    replacement: 'exitCode > 255',
    test: ['test/executors/supervisor.test.ts'],
  },
  {
    defence: 'the claim on the data directory',
    file: 'src/store/data-directory.ts',
    original: "database.exec('begin exclusive');",
    replacement: '',
    test: ['test/store/data-directory.test.ts'],
  },
];
