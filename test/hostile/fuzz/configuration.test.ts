import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseConfigFile } from '../../../src/config/config-file.ts';
import { ConfigError } from '../../../src/config/config-problem.ts';
import type { Config } from '../../../src/config/config.ts';
import { describeOptions } from '../../../src/config/options.ts';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import { hostileText, tries } from './corpus.ts';

const yaml = `dataDir: /var/lib/longarm
port: 8443
publicUrl: https://longarm.example.com:8443
plainHttp: { enabled: on, port: 8080 }
limits:
  run: 2h
  output: 1GiB
issuers:
  - issuer: https://login.example/v2.0
    audiences: [api://longarm]
clusters:
  - resourceGroup: production
    name: west
    executor: process
    environment: { KUBECONFIG: /etc/longarm/west.kubeconfig }
    limits: { concurrent: 4 }
`;
const traps = [
  '*x',
  '&x',
  '<<: *x',
  '!!js/function',
  '!!binary',
  '? ',
  '- ',
  '|',
  '>',
  '[',
  '{',
  '#',
  '\t',
  '---',
  '...',
  '%YAML 9.9',
  '0x10',
  '.inf',
  '~',
];
const values = [
  'on',
  'off',
  '5m',
  '90',
  '1GiB',
  '0',
  '-1',
  '1e9',
  '/tmp/x',
  'https://a.example',
  'info',
  '65536',
  'NaN',
];

/** A configuration, complete and frozen, or the one error with a place and a problem for all that is wrong. */
function resolves(make: () => Config): void {
  const started = performance.now();
  try {
    const config = make();
    assert.ok(Object.isFrozen(config) && Number.isInteger(config.port) && config.limits.runMs > 0);
  } catch (error) {
    assert.ok(error instanceof ConfigError, error instanceof Error ? error.stack : String(error));
    assert.ok(error.problems.length > 0);
    for (const { place, problem } of error.problems) assert.ok(place !== '' && problem !== '', error.message);
  }
  assert.ok(performance.now() - started < 2000, 'it took more than two seconds');
}

describe('a configuration is resolved or refused with its problems, whatever it is', () => {
  const { parameters, title } = tries(20_000, 40);
  test(`YAML that something has happened to: ${title}`, () => {
    const text = hostileText([yaml, ...yaml.split('\n'), ...traps]);
    const spliced = fc
      .tuple(fc.nat({ max: yaml.length }), fc.oneof(fc.constantFrom(...traps), text))
      .map(([at, wedge]) => yaml.slice(0, at) + wedge + yaml.slice(at));
    fc.assert(
      fc.property(fc.oneof(text, spliced), (source) =>
        resolves(() =>
          resolveConfig({ flags: {}, environment: { HOME: '/h' }, file: parseConfigFile('a.yaml', source) }),
        ),
      ),
      parameters,
    );
  });

  test(`flags and variables: ${title}`, () => {
    const options = describeOptions();
    const option = fc.constantFrom(...options);
    const given = fc.array(fc.tuple(option, fc.oneof(fc.constantFrom(...values), hostileText(values)), fc.boolean()), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(given, (settings) => {
        const flags: Record<string, string> = {};
        const environment: Record<string, string> = { HOME: '/h' };
        for (const [{ name, variable }, text, isFlag] of settings) {
          if (isFlag) flags[name] = text;
          else environment[variable] = text;
        }
        resolves(() => resolveConfig({ flags, environment, file: undefined }));
      }),
      parameters,
    );
  });
});
