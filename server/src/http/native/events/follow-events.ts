import { Readable } from 'node:stream';
import Type from 'typebox';
import { RegistryError } from '../../../core/errors.ts';
import { type EventStream, followEvents } from '../../../core/events/index.ts';
import { defineRoute } from '../../define-route.ts';
import { presentEvent } from './event-schema.ts';

/** The `id:` of a stream that has seen nothing yet, so that a client that comes back misses nothing. */
const beginning = 'beginning';

export const followEventsRoute = defineRoute({
  operation: 'event.follow',
  method: 'GET',
  path: '/api/events',
  description:
    'Server-sent events. A client that comes back with the `Last-Event-ID` header, as browsers do by themselves, or ' +
    'with `after` goes on behind that event: none is lost and none is repeated. Without either the stream starts with ' +
    'what comes next; `after=beginning` starts with the very first event. A comment every 15 seconds shows that the ' +
    'stream is alive. It ends when the token ends.',
  query: Type.Object({
    after: Type.Optional(
      Type.String({ maxLength: 64, description: 'The id of the event seen last, or `beginning`.' }),
    ),
    all: Type.Boolean({ default: false, description: 'Everybody’s events; for administrators.' }),
  }),
  answers: {
    200: Type.String({
      contentMediaType: 'text/event-stream',
      description: 'Each `data` is an Event; `event` is its kind and `id` its id.',
    }),
  },
  handle: async (registry, { caller, query, request }, reply) => {
    const after = query.after ?? lastEventId(request.headers['last-event-id']);
    const stream = await followEvents(registry, caller, {
      all: query.all,
      after: after === beginning ? null : after,
    });
    const text = Readable.from(textOf(stream), { objectMode: false, highWaterMark: 16 * 1024 });
    // Not the end of `text`: that comes only when its source, which may be waiting, has ended.
    reply.raw.once('close', stream.close);
    return reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no') // nginx would keep events back
      .send(text);
  },
});

function lastEventId(header: string | string[] | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  if (typeof header === 'string' && header.length <= 64) return header;
  throw new RegistryError('invalid-cursor', 'Last-Event-ID is not the id of an event.');
}

/** The first lines give a client an id to come back with, before there is any event. */
async function* textOf(stream: EventStream): AsyncGenerator<string, void> {
  yield `retry: 2000\nid: ${stream.startsAfter ?? beginning}\n\n`;
  for await (const part of stream.parts) {
    if (part === 'alive') yield ': alive\n\n';
    else yield `id: ${part.id}\nevent: ${part.kind}\ndata: ${JSON.stringify(presentEvent(part))}\n\n`;
  }
}
