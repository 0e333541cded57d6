// DynamoDB Local, out of the npm package `amplify-dynamodb-simulator`.
import { startDynamoDb, whyNoDynamoDb } from '../../server/test/support/dynamodb-server.ts';
import { ServerMissing, type TestServer } from '../test-servers.ts';

export const dynamodb: TestServer = {
  variables: ['TEST_DYNAMODB'],
  async start() {
    const missing = whyNoDynamoDb();
    if (missing !== null) throw new ServerMissing(missing);
    const { address, stop } = await startDynamoDb();
    return { environment: { TEST_DYNAMODB: address }, stop };
  },
};
