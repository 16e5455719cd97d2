import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { JsonObject, JsonValue } from '../../src/core/cluster.ts';
import { podTemplateProblem } from '../../src/core/pod-template.ts';
import { checkout } from './documents.ts';

/** Who may set a field, as the table in docs/kubernetes.md says it. */
interface Told {
  readonly field: string;
  readonly who: string;
}

function toldFields(): readonly Told[] {
  const text = readFileSync(join(checkout, 'docs/kubernetes.md'), 'utf8');
  const section = text.split('## The pod template\n')[1]?.split(/^## /m)[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => {
    const [fields = '', verdict = ''] = row.slice(2, -2).split(' | ');
    const who = /^\w+/.exec(verdict)?.[0] ?? '';
    return Array.from(fields.matchAll(/`((?:metadata|spec)\.[^`]+)`/g), ([, field = '']) => ({ field, who }));
  });
}

/** A template that sets the field, and nothing that is forbidden for another reason. */
function templateWith(field: string): JsonObject {
  const value: JsonValue = /Mounts$|\.env$|^spec\.initContainers$/.test(field) ? [] : {};
  const [, list = '', name = '', within = ''] = /^spec\.(volumes|containers)\[(\w*)\](?:\.(\w+))?$/.exec(field) ?? [];
  if (list !== '') {
    const entry = { name: name === '' ? 'a-volume' : name, ...(within === '' ? {} : { [within]: value }) };
    return { spec: { [list]: [entry] } };
  }
  const [part = '', key = ''] = field.split('.');
  return { [part]: { [key]: value } };
}

describe('who may set what of a pod, in docs/kubernetes.md', () => {
  const told = toldFields();

  test('names fields of each kind', () => {
    assert.deepEqual([...new Set(told.map(({ who }) => who))].toSorted(), ['anyone', 'configuration', 'nobody']);
  });

  for (const { field, who } of told) {
    test(`${field} may be set by ${who}`, () => {
      const template = templateWith(field);
      assert.equal(podTemplateProblem(template, 'api') === undefined, who === 'anyone', 'over the API');
      assert.equal(podTemplateProblem(template, 'configuration') === undefined, who !== 'nobody', 'by configuration');
    });
  }
});
