// Says that it is ready, waits for its task, sends the bytes that it was given, and stays.
import { readSync, writeSync } from 'node:fs';

writeSync(3, Buffer.from([1, 0, 0, 0, 0]));
readSync(4, Buffer.alloc(1), 0, 1, null);
const bytes = Buffer.from(process.argv[2] ?? '', 'base64');
for (let sent = 0; sent < bytes.length; ) sent += writeSync(3, bytes, sent);
setInterval(() => {}, 1_000_000);
