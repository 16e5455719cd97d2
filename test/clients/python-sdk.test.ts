import { describePythonSdk } from './python-cases.ts';

describePythonSdk('the newest Python SDK');
