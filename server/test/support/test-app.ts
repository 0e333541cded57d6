import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { buildApp } from '../../src/http/app.ts';
import type { Registry } from '../../src/http/registry.ts';
import type { HttpSettings } from '../../src/http/settings.ts';
import { httpSettings } from './test-registry.ts';

/** The HTTP server over a test registry, to be asked by `inject`; it listens nowhere. */
export function testApp(
  { registry }: { registry: Registry },
  settings: Partial<HttpSettings> = {},
): Promise<FastifyInstance> {
  return buildApp(registry, { ...httpSettings, ...settings }, pino({ level: 'silent' }));
}
