/** The rows of several streams, each of which is in the order that `isBefore` tells, as one stream in that order. */
export async function* merged<Row>(
  streams: readonly AsyncGenerator<Row>[],
  isBefore: (one: Row, other: Row) => boolean,
): AsyncGenerator<Row> {
  const heads = await Promise.all(streams.map(async (stream) => headOf(stream)));
  try {
    for (;;) {
      const [first, ...others] = heads.filter((head) => head.done !== true);
      if (first === undefined) return;
      const next = others.reduce((one, other) => (isBefore(other.value, one.value) ? other : one), first);
      yield next.value;
      heads[heads.indexOf(next)] = await headOf(next.stream);
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return(undefined)));
  }
}

async function headOf<Row>(stream: AsyncGenerator<Row>) {
  return { stream, ...(await stream.next()) };
}
