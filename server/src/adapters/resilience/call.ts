// What kind of call each method of a port is: how long it may take, and whether it may be made twice.

/** How long a call may take; the configuration gives each a number. */
export type Limit =
  | 'read' // by key, small
  | 'list' // a page, a search, a count
  | 'commit' // whatever writes a bounded number of records
  | 'begin' // the beginning of a stream, or a piece of one
  | 'poll' // may wait for something to come
  | 'bulk'; // grows with the bytes or files of a package

export interface Call {
  readonly limit: Limit;
  /** Whether making the call twice leaves what making it once does, and answers as well. */
  readonly repeatable: boolean;
}

export const read: Call = { limit: 'read', repeatable: true };
export const list: Call = { limit: 'list', repeatable: true };
/** Nobody knows what a write has done that was not answered. */
export const write: Call = { limit: 'commit', repeatable: false };
/** A write whose port says that repeating it changes nothing. */
export const idempotentWrite: Call = { limit: 'commit', repeatable: true };
export const begin: Call = { limit: 'begin', repeatable: true };
/** Whatever is taken by a call whose answer was lost stays taken until its lease ends. */
export const poll: Call = { limit: 'poll', repeatable: false };
/** Uses up a stream. */
export const bulkOnce: Call = { limit: 'bulk', repeatable: false };
export const bulk: Call = { limit: 'bulk', repeatable: true };

/** Methods whose calls end with their promise; the others are wrapped one by one. */
type PromisingMethods<Port> = {
  [M in keyof Port]-?: Port[M] extends (...given: never[]) => Promise<unknown> ? M : never;
}[keyof Port];

/** Every method that promises something has a call: a port that gains a method does not compile without. */
export type CallTable<Port> = { readonly [M in PromisingMethods<Port>]: Call };

/** Whatever `CallTable` does not cover: a port that gains such a member does not compile without, either. */
export type Uncovered<Port> = Omit<Port, PromisingMethods<Port>>;
