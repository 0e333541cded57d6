// The pages that a person sees in a browser: whole, and of this server alone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { ok } from '../src/call.ts';
import { needsProgram } from '../src/needs.ts';
import { removeTemporaryFolders, startServer, temporaryFolder } from '../src/server-process.ts';

const { skip, path: executablePath } = needsProgram('chromium', 'chromium');
const server = await startServer();
let browser: Browser | undefined;
after(async () => {
  await browser?.close();
  await server.stop();
  await removeTemporaryFolders();
});

const quiet = [
  // Whatever the browser itself would like to ask, too: there is nothing but this machine.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

/** Opens a page and tells what went wrong on it, and what it asked of others. */
async function visit(path: string) {
  browser ??= await chromium.launch({ executablePath, args: quiet });
  const page = await browser.newPage();
  const wrong: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== server.url) wrong.push(`asked ${request.url()}`);
  });
  await page.goto(server.url + path, { waitUntil: 'networkidle' });
  const folder = process.env.SCREENSHOT_FOLDER ?? (await temporaryFolder());
  await page.screenshot({ path: join(folder, `page${path.replaceAll('/', '-')}.png`) });
  return { page, wrong };
}

test('the welcome page leads to the documentation', { skip }, async () => {
  const { page, wrong } = await visit('/');
  assert.match(await page.title(), /Assay/);
  await page.getByRole('link', { name: 'API documentation' }).click();
  await page.locator('.opblock').first().waitFor();
  assert.equal(new URL(page.url()).pathname, '/api/docs');
  assert.deepEqual(wrong, []);
});

test('the documentation shows every operation, and tells about one that is opened', { skip }, async () => {
  const { paths } = await ok(server.api.get<{ paths: Record<string, object> }>('/api/openapi.json'), 200);
  const operations = Object.values(paths).flatMap((methods) => Object.keys(methods));
  const { page, wrong } = await visit('/api/docs');
  await page.locator('.opblock').first().waitFor();
  assert.equal(await page.locator('.opblock').count(), operations.length);
  await page.locator('.opblock-summary', { hasText: 'Begin an upload' }).click();
  await page.locator('.opblock.is-open .responses-table').waitFor();
  assert.deepEqual(wrong, []);
});

test('the page of an error says what to do, and leads home', { skip }, async () => {
  const { page, wrong } = await visit('/api/docs/errors/upload-incomplete');
  const text = (await page.locator('main').textContent()) ?? '';
  assert.match(text, /upload-incomplete.*409\s+What to do\s+Send the parts that the detail names/);
  await page.getByRole('link', { name: 'Assay' }).click();
  await page.waitForURL(`${server.url}/`);
  assert.deepEqual(wrong, []);
});
