import { after, before, describe } from 'node:test';
import { newReader, type Reader } from './documented-server.ts';
import { testExamples } from './examples.ts';

describe('the examples that need no more than a shell, curl and Node', () => {
  let reader: Reader;
  before(async () => {
    reader = await newReader();
  });
  after(() => reader.leave());
  testExamples(undefined, () => reader);
});
