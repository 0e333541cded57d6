// What a JavaScript validator finds in its engine, made of the few functions that the worker brings (`host`). It is
// evaluated once, before the script, as a function of `host` and `task`.
(host, task) => {
  const archivePath = task.arguments[3];
  const size = task.sizeBytes;
  const largestWhole = 64 * 1024 * 1024;

  class Bytes extends Uint8Array {
    static from(value, encoding = 'utf8') {
      if (typeof value !== 'string') return new Bytes(value);
      if (encoding === 'hex')
        return new Bytes((value.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
      return new Bytes(host.encode(value));
    }

    static alloc(length) {
      return new Bytes(length);
    }

    static isBuffer(value) {
      return value instanceof Bytes;
    }

    static concat(parts) {
      const whole = new Bytes(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    }

    toString(encoding = 'utf8', start = 0, end = this.length) {
      const part = this.subarray(start, end);
      if (encoding === 'hex') return Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return host.decode(exactly(part), encoding);
    }

    slice(start, end) {
      return this.subarray(start, end);
    }

    readUInt8(at = 0) {
      return this[at];
    }

    readUInt16LE(at = 0) {
      return this[at] | (this[at + 1] << 8);
    }

    readUInt32LE(at = 0) {
      return (this.readUInt16LE(at) | (this.readUInt16LE(at + 2) << 16)) >>> 0;
    }

    readBigUInt64LE(at = 0) {
      return BigInt(this.readUInt32LE(at)) | (BigInt(this.readUInt32LE(at + 4)) << 32n);
    }
  }

  /** The buffer of these bytes and no others. */
  function exactly(bytes) {
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  }

  function failure(code, message) {
    return Object.assign(new Error(`${code}: ${message}`), { code });
  }

  function onlyArchive(path) {
    if (path !== archivePath) throw failure('EACCES', `permission denied, open '${path}'`);
  }

  const readArchive = (offset, length) => new Bytes(host.read(offset, length));

  const about = { size, isFile: () => true, isDirectory: () => false };
  const fs = {
    existsSync: (path) => path === archivePath,
    statSync: (path) => {
      onlyArchive(path);
      return about;
    },
    readFileSync: (path, options) => {
      onlyArchive(path);
      if (size > largestWhole) throw failure('EFBIG', 'the file is too large to be read at once');
      const encoding = typeof options === 'string' ? options : options?.encoding;
      return encoding ? readArchive(0, size).toString(encoding) : readArchive(0, size);
    },
    openSync: (path) => {
      onlyArchive(path);
      return 3;
    },
    fstatSync: () => about,
    readSync: (_file, target, offset = 0, length = target.length - offset, position = 0) => {
      const part = readArchive(position, length);
      target.set(part, offset);
      return part.length;
    },
    closeSync: () => {},
  };

  /** The entries of the archive, as its central directory lists them; ZIP64 too. */
  function entries() {
    const tail = readArchive(Math.max(0, size - 66_000), 66_000);
    let at = tail.length - 22;
    while (at >= 0 && tail.readUInt32LE(at) !== 0x06054b50) at--;
    if (at < 0) throw new Error('The archive has no directory.');
    let [length, start] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    if (start === 0xffffffff || length === 0xffffffff) {
      const large = readArchive(Number(tail.readBigUInt64LE(at - 20 + 8)), 56);
      [length, start] = [Number(large.readBigUInt64LE(40)), Number(large.readBigUInt64LE(48))];
    }
    const directory = readArchive(start, length);
    const found = [];
    for (let from = 0; from + 46 <= directory.length && directory.readUInt32LE(from) === 0x02014b50; ) {
      const [nameLength, extraLength] = [
        directory.readUInt16LE(from + 28),
        directory.readUInt16LE(from + 30),
      ];
      const extra = directory.subarray(from + 46 + nameLength, from + 46 + nameLength + extraLength);
      found.push(
        withLargeSizes(extra, {
          name: directory.toString('utf8', from + 46, from + 46 + nameLength),
          method: directory.readUInt16LE(from + 10),
          packedSize: directory.readUInt32LE(from + 20),
          size: directory.readUInt32LE(from + 24),
          offset: directory.readUInt32LE(from + 42),
        }),
      );
      from += 46 + nameLength + extraLength + directory.readUInt16LE(from + 32);
    }
    return found;
  }

  /** The extra field of ZIP64 has what does not fit into 32 bits, in this order. */
  function withLargeSizes(extra, entry) {
    for (let from = 0; from + 4 <= extra.length; from += 4 + extra.readUInt16LE(from + 2)) {
      if (extra.readUInt16LE(from) !== 1) continue;
      let at = from + 4;
      for (const field of ['size', 'packedSize', 'offset']) {
        if (entry[field] !== 0xffffffff) continue;
        entry[field] = Number(extra.readBigUInt64LE(at));
        at += 8;
      }
    }
    return entry;
  }

  function readEntry(entry) {
    const header = readArchive(entry.offset, 30);
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const packed = readArchive(start, entry.packedSize);
    return entry.method === 0 ? packed : new Bytes(host.inflate(exactly(packed)));
  }

  const zip = { entries, read: readEntry };
  const crypto = {
    createHash: (algorithm) => {
      const parts = [];
      return {
        update(data) {
          parts.push(typeof data === 'string' ? Bytes.from(data) : new Bytes(data));
          return this;
        },
        digest: (encoding = 'buffer') => {
          const hex = host.hash(algorithm, exactly(Bytes.concat(parts)));
          return encoding === 'hex' ? hex : Bytes.from(hex, 'hex');
        },
      };
    },
  };
  const path = {
    basename: (given) => given.split('/').pop(),
    dirname: (given) => given.replace(/\/[^/]*$/, '') || '/',
    extname: (given) => /[^/](\.[^./]*)$/.exec(given)?.[1] ?? '',
    join: (...parts) => parts.join('/').replace(/\/+/g, '/'),
  };

  const shown = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return value.stack ? `${value}\n${value.stack}` : String(value);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  const line = (values) => `${values.map(shown).join(' ')}\n`;
  const output = (...values) => host.output(line(values));
  const errors = (...values) => host.errors(line(values));
  globalThis.console = { log: output, info: output, debug: output, error: errors, warn: errors };

  const process = {
    argv: ['node', 'validator.js', ...task.arguments],
    env: {},
    exitCode: 0,
    platform: 'linux',
    cwd: () => '/',
    exit: (code) => host.exit(Number(code ?? process.exitCode ?? 0)),
    stdout: { write: (text) => host.output(String(text)) },
    stderr: { write: (text) => host.errors(String(text)) },
  };
  globalThis.process = process;
  globalThis.Buffer = Bytes;
  globalThis.global = globalThis;

  const timers = [];
  let lastTimer = 0;
  globalThis.setTimeout = (callback, delayMs = 0, ...given) => {
    timers.push({ id: ++lastTimer, delayMs: Number(delayMs) || 0, callback, given });
    return lastTimer;
  };
  globalThis.setImmediate = (callback, ...given) => globalThis.setTimeout(callback, 0, ...given);
  globalThis.clearTimeout = (id) => {
    const at = timers.findIndex((timer) => timer.id === id);
    if (at >= 0) timers.splice(at, 1);
  };

  const assay = {
    /** Asks one of the hosts that the registry lets validators ask. Throws when there is no answer. */
    request: (url, { method = 'GET', body = null } = {}) => {
      const answer = JSON.parse(host.request(JSON.stringify({ method, url, body })));
      if (answer.error !== undefined) throw new Error(answer.error);
      return { status: answer.status, text: answer.body, json: () => JSON.parse(answer.body) };
    },
  };
  const zlib = { inflateRawSync: (packed) => new Bytes(host.inflate(exactly(packed))) };
  const modules = { fs, path, zip, zlib, crypto, process, assay, buffer: { Buffer: Bytes } };
  const module = { exports: {} };
  globalThis.require = (name) => {
    const found = modules[name.replace(/^node:/, '')];
    if (found === undefined) throw failure('MODULE_NOT_FOUND', `there is no module '${name}'`);
    return found;
  };
  globalThis.module = module;
  globalThis.exports = module.exports;
  globalThis.require.main = module;

  let asked = false;
  /** The failure of a promise that nobody waits for is not told to anybody; so ending is not enough then. */
  const mayFailUnseen = /\b(async|await|Promise)\b|\bimport\s*\(/.test(task.source);

  /** What `validate` is called with. */
  const context = () => ({
    ...task.context,
    archive: { size, read: readArchive, entries, readEntry },
  });

  /** Only true, or an object that says so, allows; whatever else comes back denies. */
  const decide = (result) => {
    const isObject = typeof result === 'object' && result !== null;
    const message = isObject ? (result.message ?? result.reason) : undefined;
    if (message) output(message);
    host.exit((isObject ? result.allowed : result) === true ? 0 : 1);
  };

  return {
    /** Runs the next timer; without any left, asks `validate` once, then says that all is done. */
    goOn: (exported) => {
      if (timers.length > 0) {
        const next = timers.reduce((first, timer) => (timer.delayMs < first.delayMs ? timer : first));
        timers.splice(timers.indexOf(next), 1);
        next.callback(...next.given);
        return true;
      }
      const validate = exported?.validate ?? module.exports?.validate ?? globalThis.validate;
      if (validate === undefined) {
        if (!mayFailUnseen) process.exit();
        errors('A script that uses promises says how it ends: process.exit(0).');
        return false;
      }
      if (asked) return false;
      asked = true;
      Promise.resolve(validate(context())).then(decide, (error) => {
        errors(error);
        host.fail();
      });
      return true;
    },
  };
};
