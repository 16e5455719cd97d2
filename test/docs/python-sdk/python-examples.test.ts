import { after, before, describe } from 'node:test';
import { pythonOf } from '../../clients/python-clients.ts';
import { newReader, type Reader } from '../documented-server.ts';
import { testExamples } from '../examples.ts';

describe('the examples that use the Python SDK', () => {
  let reader: Reader;
  before(async () => {
    reader = await newReader();
    reader.install('python3', `exec '${pythonOf('python-sdk')}' "$@"`);
  });
  after(() => reader.leave());
  testExamples('python', () => reader);
});
