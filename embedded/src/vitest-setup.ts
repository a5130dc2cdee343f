// For vitest's `globalSetup`: its main process owns the shared servers, and stops them after the last test file.
import { ownSharedServers } from './shared-server.ts';

export default ownSharedServers;
