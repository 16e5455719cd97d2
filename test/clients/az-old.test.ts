import { describeAz } from './az-cases.ts';

// Before 2.74 az prints the reason and ends with 0, as it does for every command that it got an answer about.
describeAz('az 2.45', 'az-old', { exitCode: 0, stream: 'stdout' });
