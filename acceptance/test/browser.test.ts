// The pages that a person sees in a browser: whole, and of this server alone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
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
  await page.getByRole('link', { name: /API/ }).first().click();
  await page.waitForURL(/\/api\/docs/);
  assert.deepEqual(wrong, []);
});

test('the documentation shows every group of operations', { skip }, async () => {
  const { page, wrong } = await visit('/api/docs');
  const text = (await page.locator('body').textContent()) ?? '';
  for (const part of ['/api/uploads', '/api/packages/search', '/api/quarantine', '/items', '/health']) {
    assert.ok(text.includes(part), `${part} is shown`);
  }
  assert.deepEqual(wrong, []);
});

test('the page of an error says what to do', { skip }, async () => {
  const { page, wrong } = await visit('/api/docs/errors/upload-incomplete');
  assert.match((await page.locator('body').textContent()) ?? '', /Send the parts that the detail names/);
  assert.deepEqual(wrong, []);
});
