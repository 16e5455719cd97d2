/** A defence, how to take it out, and the test that fails then. */
export interface Mutation {
  /** What is taken out, in words that follow "without". */
  readonly defence: string;
  readonly file: string;
  /** The text that is the defence; it stands in the file exactly once. */
  readonly original: string;
  readonly replacement: string;
  /** The file of the test. */
  readonly test: string;
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
    test: 'test/crash/durability.test.ts',
  },
  {
    defence: 'output that is on disk before it is final',
    file: 'src/store/files/open-output-files.ts',
    original: 'await file.sync();',
    replacement: '',
    test: 'test/crash/durability.test.ts',
  },
  {
    defence: 'a launch that is committed before anything is touched',
    file: 'src/worker/carry-out.ts',
    original: "if (claim.phase === 'claimed') {",
    replacement: "if (claim.phase === 'claimed' && executor.list.length > 1) {",
    test: 'test/worker/worker.test.ts',
  },
  {
    defence: 'the memory of requests that were sent before',
    file: 'src/control-plane/run-command.ts',
    original: "if (earlier !== undefined) return { type: 'repeated', id: earlier };",
    replacement: '',
    test: 'test/control-plane/clock-jumps.test.ts',
  },
  {
    defence: 'a time that nobody can set',
    file: 'src/main/server-clock.ts',
    original: 'const mostMs = passedMs * slewRatio;',
    replacement: 'const mostMs = Infinity;',
    test: 'test/control-plane/clock-jumps.test.ts',
  },
  {
    defence: 'a start that lies between the launch and now',
    file: 'src/core/transition.ts',
    original: 'between(command.launchedAt, seenAt, now)',
    replacement: 'seenAt',
    test: 'test/control-plane/clock-jumps.test.ts',
  },
  {
    defence: 'an exit record that must be whole',
    file: 'src/executors/supervisor/spool-directory.ts',
    original:
      'return cause === undefined || exitCode > 255 || !Number.isSafeInteger(bytes) ? undefined : { exitCode, cause, bytes };',
    replacement: "return { exitCode: exitCode || 0, cause: cause ?? 'exit', bytes: bytes || 0 };",
    test: 'test/hostile/fuzz/records.test.ts',
  },
  {
    defence: 'the claim on the data directory',
    file: 'src/store/data-directory.ts',
    original: "database.exec('begin exclusive');",
    replacement: '',
    test: 'test/store/data-directory.test.ts',
  },
  {
    defence: 'appends that cut off what is stored already',
    file: 'src/store/files/open-output-files.ts',
    original: 'const fresh = bytes.subarray(length - offset);',
    replacement: 'const fresh = bytes;',
    test: 'test/record/scripted-schedules.test.ts',
  },
  {
    defence: 'reports that may be repeated',
    file: 'src/control-plane/feed/report.ts',
    original: "return command.phase === 'launching' || command.phase === 'running';",
    replacement: 'return false;',
    test: 'test/record/scripted-schedules.test.ts',
  },
  {
    defence: 'a stored copy that is read on from where it stands',
    file: 'src/worker/pump-output.ts',
    original: 'if (offset > expected) throw',
    replacement: 'if (offset < 0) throw',
    test: 'test/record/stored-output.test.ts',
  },
  {
    defence: 'the doubt about output whose spool is gone',
    file: 'src/worker/pump-output.ts',
    original: 'if (isEnd(error)) return { totalBytes: offset, whole: false };',
    replacement: 'if (isEnd(error)) return { totalBytes: offset, whole: true };',
    test: 'test/record/stored-output.test.ts',
  },
  {
    defence: 'the comparison of what was read with what is stored',
    file: 'src/worker/run-to-end.ts',
    original: 'end.whole && end.totalBytes === sealed.storedBytes',
    replacement: 'end.whole && totalBytes === sealed.storedBytes',
    test: 'test/record/stored-output.test.ts',
  },
  {
    defence: 'a sweep that spares what is unfinished',
    file: 'src/worker/sweep.ts',
    original: '      if (unfinished.has(commandId)) continue;\n',
    replacement: '',
    test: 'test/record/scripted-schedules.test.ts',
  },
  {
    defence: 'a worker that lets go when its lease is lost',
    file: 'src/worker/keep-lease.ts',
    original: 'throw new LeaseLost(`The lease on command ${commandId} is lost.`);',
    replacement: 'await parts.clock.sleep(1000, signal);\n        break;',
    test: 'test/record/two-workers.test.ts',
  },
  {
    defence: 'an end that is unknown and not a success',
    file: 'src/core/ending.ts',
    original: "    case 'lost':\n",
    replacement:
      "    case 'lost':\n      if (command.phase === 'running') return { phase: 'completed', startedAt: command.startedAt, exitCode: 0 };\n",
    test: 'test/record/scripted-schedules.test.ts',
  },
  {
    defence: 'the memory of what was destroyed',
    file: 'src/executors/process/process-executor.ts',
    original: 'if (destroyed.has(launch.commandId)) throw new Error(`Command ${launch.commandId} was destroyed.`);',
    replacement: '',
    test: 'test/contract/late-calls.test.ts',
  },
  {
    defence: 'the bar before what was stopped in time',
    file: 'src/executors/process/look-at-run.ts',
    original: "    await symlink('barred', run.claim);\n",
    replacement: '',
    test: 'test/contract/late-calls.test.ts',
  },
  {
    defence: 'the question whose lease it is before an output is sealed',
    file: 'src/control-plane/feed/seal-output.ts',
    original: '    await this.#plane.store.read(({ commands }) => requireHeld(commands, id, token));\n    const known',
    replacement: '    const known',
    test: 'test/record/stored-output.test.ts',
  },
  {
    defence: 'a scope that ends where a name ends',
    file: 'src/core/scope.ts',
    original: 'inner.startsWith(`${outer}/`)',
    replacement: 'inner.startsWith(outer)',
    test: 'test/access/matrix.test.ts',
  },
  {
    defence: 'the place that a role was given for',
    file: 'src/core/access.ts',
    original: '      contains(assignment.scope, scope) &&\n',
    replacement: '',
    test: 'test/access/matrix.test.ts',
  },
  {
    defence: 'the question who submitted a command',
    file: 'src/control-plane/access.ts',
    original:
      'const owned = command !== undefined && isGrantedToOwner(actor.principal, command.facts.submittedBy, action);',
    replacement: 'const owned = command !== undefined;',
    test: 'test/access/matrix.test.ts',
  },
  {
    defence: 'the issuer as a part of who somebody is',
    file: 'src/core/principal.ts',
    original: 'return `${principal.issuer}|${principal.id}`;',
    replacement: 'return principal.id;',
    test: 'test/access/over-time.test.ts',
  },
  {
    defence: 'the audience of a token',
    file: 'src/auth/verify-bearer.ts',
    original: '      audience: [...issuer.audiences],\n',
    replacement: '',
    test: 'test/access/token-at-the-socket.test.ts',
  },
  {
    defence: 'clusters of the API that run nothing here',
    file: 'src/control-plane/put-cluster.ts',
    original: "if (change.executor !== 'scripted') {",
    replacement: 'if (change.executor === undefined) {',
    test: 'test/access/cluster-by-api.test.ts',
  },
  {
    defence: 'a command text that is in no argument',
    file: 'src/executors/process/launch-run.ts',
    original: "argv: [shellPath, join(run.box, 'command')],",
    replacement: "argv: [shellPath, '-c', launch.text],",
    test: 'test/access/secrets.test.ts',
  },
  {
    defence: 'a command text that its user alone may read',
    file: 'src/executors/process/prepare-run.ts',
    original: 'Buffer.from(launch.text), 0o600, owner',
    replacement: 'Buffer.from(launch.text), 0o644, owner',
    test: 'test/access/secrets.test.ts',
  },
  {
    defence: 'log lines that drive no terminal',
    file: 'src/main/server-log.ts',
    original: '      hooks: { streamWrite: showableJson },\n',
    replacement: '',
    test: 'test/access/terminal.test.ts',
  },
  {
    defence: 'the doubt about output whose writer was killed',
    file: 'src/worker/pump-output.ts',
    original:
      "    case 'killed':\n      return { ...(await drainFor(parts, patienceMs, pump, signal)), whole: false };",
    replacement: "    case 'killed':\n      return await drainFor(parts, patienceMs, pump, signal);",
    test: 'test/loss/full-disk.test.ts',
  },
  {
    defence: 'the record that output was lost',
    file: 'src/executors/process/look-at-run.ts',
    original: 'if (lostOutput !== undefined) {',
    replacement: "if (lostOutput === 'never') {",
    test: 'test/loss/full-disk.test.ts',
  },
  {
    defence: 'a 503 where the store cannot write',
    file: 'src/server/answer-error.ts',
    original: 'if (thrown instanceof StoreUnavailable)',
    replacement: 'if (thrown === undefined)',
    test: 'test/loss/full-disk.test.ts',
  },
  {
    defence: 'a client that reads on where a stream was cut',
    file: 'src/client/get-output.ts',
    original: 'if (broken === undefined && (state.finished || !follow) && offset >= stored) return state.result;',
    replacement: 'if (state.finished || !follow) return state.result;',
    test: 'test/loss/harsh-proxy.test.ts',
  },
  {
    defence: 'the removal of what ran',
    file: 'src/worker/carry-out.ts',
    original: '    await destroy(parts, claim, executor, stopping);\n',
    replacement: '',
    test: 'test/loss/short-commands.test.ts',
  },
  {
    defence: 'the limit of stored output',
    file: 'src/control-plane/feed/append-output.ts',
    original: 'const room = Math.max(0, facts.outputLimitBytes - offset);',
    replacement: 'const room = Number.MAX_SAFE_INTEGER;',
    test: 'test/loss/large-output.test.ts',
  },
  {
    defence: 'the bound on rows of denials',
    file: 'src/control-plane/denials.ts',
    original: 'if (known !== undefined || isBeyond) {',
    replacement: 'if (false) {',
    test: 'test/hostile/denied-flood.test.ts',
  },
  {
    defence: 'the look at codings and lengths of a request',
    file: 'src/server/request-framing.ts',
    original: "if (coding === undefined || coding.trim().toLowerCase() === 'chunked') return;",
    replacement: "if (coding !== 'x') return;",
    test: 'test/hostile/sockets.test.ts',
  },
  {
    defence: "the wait for a follower's own reader",
    file: 'src/server/send-response.ts',
    original: 'if (!raw.write(chunk)) await drained(raw, gone.signal, stalledMs);',
    replacement: 'raw.write(chunk);',
    test: 'test/hostile/follower.test.ts',
  },
  {
    defence: 'the refusal of paths that climb',
    file: 'src/wire/context/entry-path.ts',
    original: "if (written.includes('..')) {",
    replacement: "if (written.includes('...')) {",
    test: 'test/hostile/fuzz/archives.test.ts',
  },
  {
    defence: 'the refusal of half characters in a command',
    file: 'src/arm/run-command.ts',
    original: 'if (!text.isWellFormed()) {',
    replacement: "if (text === '') {",
    test: 'test/hostile/command-text.test.ts',
  },
];
