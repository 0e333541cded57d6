import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { type Config, ConfigError, printConfig, readConfig } from '../config/index.ts';
import { openTracing } from './tracing.ts';

const endpoint = 'http://localhost:4318/v1/traces';

describe('without an address of a collector', () => {
  test('nothing is traced, whatever other variables are there', async () => {
    const config = readConfig({ ASSAY_TRACES_ENDPOINT: '', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    const tracing = await openTracing(config, assert.fail);
    assert.equal(tracing.tracer, null);
    assert.equal(tracing.ids, null);
    await tracing.close();
  });

  test('the program has loaded nothing of what traces are made with', () => {
    assert.deepEqual(loadedFor(''), []);
    assert.ok(loadedFor(endpoint).length > 0, 'the test does not see what is loaded');
  });
});

describe('the configuration', () => {
  const headersOf = (given: string) => readConfig({ ASSAY_TRACES_HEADERS: given }).traces.headers;

  test('takes headers as hosted collectors write them, and prints them nowhere', () => {
    const given = 'Authorization=Basic%20dXNlcjpwYXNz==, x-team=a%2Cb';
    assert.deepEqual(headersOf(given), [
      ['Authorization', 'Basic dXNlcjpwYXNz=='],
      ['x-team', 'a,b'],
    ]);
    const printed = printConfig(readConfig({ ASSAY_TRACES_HEADERS: given }));
    assert.ok(printed.includes('ASSAY_TRACES_HEADERS=[secret]'));
  });

  for (const given of [
    'x',
    'x=',
    '=x',
    'x y=z',
    'x=a,',
    'x=%zz',
    'x=a\r\nb: c',
    'x=a%0d%0ab: c',
    'x=%ff',
    'x=ä',
  ]) {
    test(`refuses the headers ${JSON.stringify(given)}, and does not repeat them`, () => {
      assert.throws(
        () => headersOf(given),
        (error: unknown) => {
          assert.ok(error instanceof ConfigError);
          assert.match(error.problems.join(), /^ASSAY_TRACES_HEADERS must be .*, but is \[secret\]\.$/);
          return true;
        },
      );
    });
  }

  for (const given of ['localhost:4318', 'ftp://host/', 'http://user:pass@host/v1/traces', 'http://']) {
    test(`refuses the address ${given}`, () => {
      assert.throws(() => readConfig({ ASSAY_TRACES_ENDPOINT: given }), ConfigError);
    });
  }
});

/** The modules of OpenTelemetry's SDK that a process has loaded which has everything of the server, and opens traces. */
function loadedFor(address: string): string[] {
  const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({
      load(url, context, next) {
        if (/@opentelemetry\\/(?!api\\/)/.test(url)) loaded.push(url);
        return next(url, context);
      },
    });
    await import(${here('../serve.ts')});
    await import(${here('../work.ts')});
    const { openTracing } = await import(${here('./tracing.ts')});
    const traces = ${JSON.stringify({ ...readConfig({}).traces, endpoint: address } satisfies Config['traces'])};
    await openTracing({ traces }, () => {});
    console.log(JSON.stringify(loaded));
  `;
  const options = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program];
  return JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }));
}
