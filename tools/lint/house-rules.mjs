/**
 * The lint rules of this house that oxlint does not bring itself. oxlint loads this file as a plugin;
 * test/architecture/house-rules.test.ts proves that each of them can fail.
 */

/** Time comes from the `Clock` port and randomness from `Ids`; a rule that reads the world cannot be replayed. */
const noHiddenClock = {
  create(context) {
    const report = (node, what) =>
      context.report({ node, message: `${what} reads the world; take it from the Clock or Ids port instead.` });
    return {
      NewExpression(node) {
        if (node.callee.name === 'Date' && node.arguments.length === 0) report(node, 'new Date()');
      },
      CallExpression(node) {
        if (node.callee.name === 'Date') report(node, 'Date()');
      },
      MemberExpression(node) {
        const path = `${node.object.name}.${node.property.name}`;
        if (['Date.now', 'Math.random', 'performance.now'].includes(path)) report(node, path);
      },
    };
  },
};

const directive = /^\s*(?:oxlint|eslint)-disable/;
const silencedCompiler = /^[/\s]*@ts-(?:ignore|expect-error|nocheck)\b/;

/** An exception without its reason is a defect that nobody can weigh later. */
const exceptionsGiveReasons = {
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const bare =
            (directive.test(comment.value) && !/ -- \S.{8,}/s.test(comment.value)) ||
            (silencedCompiler.test(comment.value) && !/@ts-\S+ \S.{8,}/s.test(comment.value));
          if (bare) context.report({ node: comment, message: 'Say why: `oxlint-disable-next-line rule -- reason`.' });
        }
      },
    };
  },
};

/** A test that is passed over says nothing; what a machine cannot run is a tier's business (tools/test.ts). */
const noSilencedTests = {
  create(context) {
    const modes = ['skip', 'only', 'todo'];
    const suites = ['test', 'it', 'describe', 'suite'];
    const report = (node) => context.report({ node, message: 'No test is skipped, singled out or left for later.' });
    return {
      MemberExpression(node) {
        const silenced = modes.includes(node.property.name);
        if (silenced && [...suites, 't', 'context'].includes(node.object.name)) report(node);
      },
      CallExpression(node) {
        if (!suites.includes(node.callee.name)) return;
        for (const argument of node.arguments) {
          if (argument.type !== 'ObjectExpression') continue;
          for (const property of argument.properties) if (modes.includes(property.key?.name)) report(property);
        }
      },
    };
  },
};

export default {
  meta: { name: 'house' },
  rules: {
    'no-hidden-clock': noHiddenClock,
    'exceptions-give-reasons': exceptionsGiveReasons,
    'no-silenced-tests': noSilencedTests,
  },
};
