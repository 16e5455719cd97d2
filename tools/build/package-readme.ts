import type { PackageManifest } from './package-manifest.ts';

/**
 * What somebody reads who has installed the package and has no checkout. Its links are to the documents that ship
 * beside it, so they are good without a network and always of this version.
 */
export function packageReadme({ description, version, oldestNode }: PackageManifest): string {
  return `# Longarm ${version}

${description} Stock Azure clients (\`az aks command invoke\`, the Azure SDKs) work against it unchanged.

It needs **Node ${oldestNode} or later** and brings no other package with it. On Linux commands run in namespaces of their
own, for which it calls \`unshare\` of util-linux.

\`\`\`sh
longarm quickstart # a server on this machine, without configuration, and a first command through it
longarm --help     # all verbs; \`longarm VERB --help\` explains one, with examples
longarm doctor     # what is wrong here, and what to do
\`\`\`

The quickstart runs commands on this machine **as you**, keeps everything in \`~/.local/state/longarm\`, and prints what to
paste next for \`az\`, curl and the SDKs. In a second terminal:

\`\`\`sh
longarm invoke local -- 'echo hello; exit 7' # exits with 7
\`\`\`

| to | read |
| --- | --- |
| use it from a client | [clients and compatibility](docs/arm-compatibility.md), [command line](docs/cli.md), [errors and reasons](docs/errors.md) |
| run it for others | [operations](docs/operations.md), [configuration](docs/configuration.md), [security](docs/security.md), [reliability](docs/reliability.md), [performance](docs/performance.md) |
| test a tool against it | [the scripted executor](docs/scripted-executor.md) |
| know how it works | [the life of a command](docs/lifecycle.md), [decisions](docs/adr/) |
| know what changed | [changelog](CHANGELOG.md) |

The documents are written for a checkout as well: \`npm run quickstart\` there is \`longarm quickstart\` here.

[Apache-2.0](LICENSE); [licences of the code that is in the bundle](THIRD-PARTY-NOTICES.txt). Longarm is not a product of
Microsoft and contains none of its code.
`;
}
