import type { FastifyReply } from 'fastify';

/**
 * For what is read very often: the text of its answer is made once for every object that a store gives, and used again
 * for as long as the store gives the very same one. `present` must depend on nothing but the object.
 */
export function presentOnce<T extends object>(
  present: (thing: T) => unknown,
): (thing: T, reply: FastifyReply) => string {
  const texts = new WeakMap<T, string>();
  return (thing, reply) => {
    let text = texts.get(thing);
    if (text === undefined) {
      text = String(reply.serialize(present(thing)));
      texts.set(thing, text);
    }
    reply.type('application/json; charset=utf-8');
    return text;
  };
}
