#!/usr/bin/env -S node --inspect-port=192.0.2.1:9229 --
// SIGUSR1 would open Node's debugger on a port of this machine. It is caught from here on; until then the debugger is told
// an address that no machine has (RFC 5737).
process.on('SIGUSR1', () => {});
require('../dist/bundle/bus.cjs');
