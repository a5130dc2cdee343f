// Loaded into the program under test: at chosen file system calls on the DSN files it runs a command, as another user
// where one is named, or has the call fail. Changes nothing else.
import { execFileSync } from 'node:child_process';
import type { Fault } from './faulty-files.ts';
import { watchFileCalls } from './file-calls.ts';

const { directory, faults } = JSON.parse(process.env.FILE_FAULTS ?? '') as { directory: string; faults: Fault[] };
const met = new Set<Fault>();

watchFileCalls(directory, (name, subject) => {
  for (const fault of faults) {
    if (`${name} ${subject}` !== fault.at || (met.has(fault) && !fault.isEveryTime)) continue;
    met.add(fault);
    const user = fault.uid === undefined ? {} : { uid: fault.uid, gid: fault.uid };
    if (fault.run !== undefined) execFileSync('/bin/sh', ['-c', fault.run], { stdio: 'inherit', ...user });
    if (fault.code !== undefined)
      throw Object.assign(new Error(`${fault.code}: ${fault.at}`), { code: fault.code, syscall: name });
  }
});
