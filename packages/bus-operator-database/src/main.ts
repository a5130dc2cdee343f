// The binary's composition root: `main` as this process.
import { enteredDirectory, runAsProcess } from 'bus-integration-database/process';
import { main } from './index.ts';

await runAsProcess('bus operator database', main, enteredDirectory(process.env, process.ppid));
