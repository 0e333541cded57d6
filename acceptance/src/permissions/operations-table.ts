// The operations of the registry as it documents them: docs/operations.md says who may what, the OpenAPI document
// which requests there are.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Api, ok } from '../call.ts';
import { root } from '../server-process.ts';

export interface Operation {
  readonly name: string;
  readonly needs: 'nothing' | 'signed-in' | 'review' | 'upload' | 'search' | 'download' | 'admin';
  /** Whose things it works on, among those that one may see. */
  readonly on: 'own' | 'maintained' | '';
  /** False for what the registry does by itself, and for pages that are no part of the API. */
  readonly hasRoute: boolean;
}

/** One request of the API: `/api/packages/{id}` by GET. */
export interface Route {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
}

export function documentedOperations(): Operation[] {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  return page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [, name = '', , needs, on = '', , route] = line.split('|').map((cell) => cell.trim());
      return { name: name.replaceAll('`', ''), needs, on, hasRoute: route !== '' } as Operation;
    });
}

interface OpenapiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
}

export async function documentedRoutes(api: Api): Promise<Route[]> {
  const { paths } = await ok(api.get<OpenapiDocument>('/api/openapi.json'));
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      operation: operationId,
      method: method.toUpperCase(),
      path,
    })),
  );
}
