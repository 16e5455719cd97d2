import { describePythonSdk } from '../clients/python-cases.ts';
import { quickstartInPods } from './quickstart-in-pods.ts';

describePythonSdk('the newest Python SDK, with commands in pods', () => quickstartInPods('longarm-python-sdk'));
