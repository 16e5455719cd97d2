import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configurationMarkdown } from '../../src/config/configuration-markdown.ts';
import { formatDuration, parseDuration } from '../../src/config/duration.ts';
import { nearestWord } from '../../src/config/nearest-word.ts';
import { describeOptions } from '../../src/config/options.ts';
import { formatSize, parseSize } from '../../src/config/size.ts';

describe('the options table', () => {
  test('name, flag, variable and key of every option are different ways to write one thing, and no two are alike', () => {
    const rows = describeOptions();
    for (const { name, flag, variable } of rows) {
      const words = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      assert.equal(flag, `--${words}`);
      assert.equal(variable, `LONGARM_${words.replaceAll('-', '_').toUpperCase()}`);
    }
    for (const column of ['name', 'flag', 'variable', 'key'] as const) {
      assert.equal(new Set(rows.map((row) => row[column])).size, rows.length, column);
    }
  });

  test('every default passes the parser of its own option', () => {
    for (const option of describeOptions()) {
      const text = option.defaultFrom?.({}) ?? option.default;
      if (text !== undefined) assert.deepEqual([option.flag, option.type.parse(text).ok], [option.flag, true]);
    }
  });

  test('no description is missing or lacks its full stop', () => {
    for (const { flag, description } of describeOptions()) assert.match(description, /^[A-Z].*\.$/s, flag);
  });

  test('the Markdown has every flag, variable, key and default', () => {
    const markdown = configurationMarkdown();
    for (const { flag, variable, key, default: fallback } of describeOptions()) {
      for (const word of [flag, variable, key, fallback ?? flag]) assert.ok(markdown.includes(`\`${word}\``), word);
    }
  });
});

describe('durations and sizes', () => {
  test('a duration is read back as it was written', () => {
    for (const ms of [0, 1, 999, 1000, 61_000, 5_400_000, 86_400_000, 30 * 86_400_000 + 1]) {
      assert.deepEqual(parseDuration(formatDuration(ms)), { ok: true, value: ms });
    }
  });

  test('what is no duration is refused', () => {
    for (const text of ['', 's', '5 m', '-5s', '1e3', '5x', 'h1', 'Infinity']) {
      assert.equal(parseDuration(text).ok, false, text);
    }
  });

  test('a size is read back as it was written, and Kubernetes’ units are understood', () => {
    for (const bytes of [0, 1, 1023, 1024, 48 * 1024 ** 2, 3 * 1024 ** 4]) {
      assert.deepEqual(parseSize(formatSize(bytes)), { ok: true, value: bytes });
    }
    assert.deepEqual(parseSize('512Mi'), { ok: true, value: 512 * 1024 ** 2 });
    assert.deepEqual(parseSize('10MB'), { ok: true, value: 10_000_000 });
  });

  test('what is no size is refused', () => {
    for (const text of ['', 'KiB', '5i', '-1', '1PiB', '0x10']) assert.equal(parseSize(text).ok, false, text);
  });
});

describe('nearestWord()', () => {
  test('a slip of the finger is recognised, another word is not', () => {
    const words = ['invoke', 'result', 'output', 'cancel', 'list'];
    assert.equal(nearestWord('invoek', words), 'invoke');
    assert.equal(nearestWord('LIST', words), 'list');
    assert.equal(nearestWord('reslt', words), 'result');
    assert.equal(nearestWord('zebra', words), undefined);
  });
});
