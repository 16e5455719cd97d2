import type { Mutation } from './mutation.ts';

/** The defences of commands in pods that a quick test holds; those that take a cluster would take too long. */
export const podMutations: readonly Mutation[] = [
  {
    defence: 'the bound on what is said beside the bytes of a spool in a pod',
    file: 'src/executors/kubernetes/keeper/facts.ts',
    original: "this.#rest = (lines.pop() ?? '').slice(0, longestLine);",
    replacement: "this.#rest = lines.pop() ?? '';",
    test: 'test/kubernetes/keeper/facts.test.ts',
  },
  {
    defence: 'the end of the line that a full disk has cut in the log of a pod',
    file: 'src/executors/kubernetes/keeper/spool-script.ts',
    original: '&& echo; } 2>/dev/null',
    replacement: '; } 2>/dev/null',
    test: 'test/kubernetes/keeper/spool-script.test.ts',
  },
  {
    defence: 'the way of a cluster token past the pod',
    file: 'src/executors/kubernetes/pod/payload.ts',
    original: 'if (files.length === 0 && clusterToken === undefined &&',
    replacement: 'if (files.length === 0 &&',
    test: 'test/kubernetes/pod/payload.test.ts',
  },
  {
    defence: 'that a pod with the caller’s token has none of its own',
    file: 'src/executors/kubernetes/pod/build-pod.ts',
    original: 'launch.clusterToken === undefined ? [token, ca, namespace] : [ca, namespace]',
    replacement: '[token, ca, namespace]',
    test: 'test/kubernetes/pod/payload.test.ts',
  },
  {
    defence: 'the refusal of a pod template that shares the process namespace',
    file: 'src/core/pod-template.ts',
    original: 'shareProcessNamespace: isolation,',
    replacement: "shareProcessNamespace: 'configuration',",
    test: 'test/core/pod-template.test.ts',
  },
  {
    defence: 'the look at the uid of the pod that an exec comes to',
    file: 'src/executors/kubernetes/keeper/same-pod.ts',
    original: '[ "$LONGARM_POD_UID" = "$1" ] || exit ${otherPodExit}\n',
    replacement: '',
    test: 'test/kubernetes/keeper/upload-script.test.ts',
  },
  {
    defence: 'the doubt about a death that nobody saw, on a node that the cluster gave up',
    file: 'src/executors/kubernetes/conclude.ts',
    original: "if (verdict.type === 'ended' && verdict.unseen === true)",
    replacement: "if (verdict.type === 'ended' && verdict.unseen === true && startedAt === undefined)",
    test: 'test/kubernetes/executor/executor.test.ts',
  },
  {
    defence: 'the look whether an answer is older than what the watch has told of a pod',
    file: 'src/executors/kubernetes/command-run.ts',
    original: 'if (this.#pod === undefined || !isAsNewAs(this.#pod, pod)) this.saw(pod);',
    replacement: 'this.saw(pod);',
    test: 'test/kubernetes/command-run.test.ts',
  },
  {
    defence: 'the bar of a start whose cluster could not be asked when it was stopped',
    file: 'src/main/awaited-executor.ts',
    original: "if (start === 'held') start = 'barred';",
    replacement: '',
    test: 'test/main/awaited-executor.test.ts',
  },
];
