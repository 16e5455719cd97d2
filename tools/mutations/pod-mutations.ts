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
];
