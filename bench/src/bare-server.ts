// What the framework alone can do: one route that answers a constant. Started by servers.ts.
import Fastify from 'fastify';

const { BARE_PATH: path = '/', BARE_ANSWER: answer = '{}' } = process.env;
const constant: unknown = JSON.parse(answer);
const app = Fastify();
app.get(path, () => constant);
console.log(`ready at ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
process.once('SIGTERM', () => process.exit(0));
