// compose.yaml as Compose reads it, as far as this repository uses it, and how podman runs one of its services.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface ComposeService {
  readonly image: string;
  readonly user?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly tmpfs?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] };
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: object;
  readonly volumes: object;
}

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** What Compose puts before the names of volumes. */
const project = 'assay';

/** What .env.example sets. */
export function exampleValues(): Readonly<Record<string, string>> {
  const lines = read('.env.example').matchAll(/^([A-Z0-9_]+)=(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}

/** With these values in `.env`. */
export function readCompose(values: Readonly<Record<string, string>>): Compose {
  return parse(filledIn(read('compose.yaml'), values), { merge: true }) as Compose;
}

/** Values, else what stands behind `:-`; and `$$` for a dollar. */
function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\$|\{([A-Z0-9_]+)(?::-([^}]*))?\})/g,
    (whole, name?: string, fallback?: string) => {
      if (name === undefined) return '$';
      const value = values[name] ?? fallback;
      assert.ok(value !== undefined, `${whole} has no value`);
      return value;
    },
  );
}

export interface Circumstances {
  /** Instead of that of the service. */
  readonly image: string;
  /** In place of networks of its own: that of this machine, on which these names are known. */
  readonly hosts: readonly string[];
  /** What has to be otherwise because of that. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Arguments of `podman run`: options, the image, and the command. What ends is not started again: it is looked at. */
export function runArguments(
  service: ComposeService,
  { image, hosts, environment }: Circumstances,
): string[] {
  const each = (option: string, values: readonly string[] = []) => values.map((one) => `--${option}=${one}`);
  const settings = Object.entries({ ...service.environment, ...environment });
  const isAlone = service.network_mode === 'none';
  return [
    ...each('network', [isAlone ? 'none' : 'host']),
    ...each('add-host', isAlone ? [] : hosts.map((host) => `${host}:127.0.0.1`)),
    ...each('user', service.user === undefined ? [] : [service.user]),
    ...each('entrypoint', service.entrypoint === undefined ? [] : [JSON.stringify(service.entrypoint)]),
    ...(service.read_only === true ? ['--read-only', '--read-only-tmpfs=false'] : []),
    ...each('cap-drop', service.cap_drop),
    ...each('cap-add', service.cap_add),
    // Compose takes both signs, podman one.
    ...each(
      'security-opt',
      service.security_opt?.map((one) => one.replace('no-new-privileges:true', 'no-new-privileges')),
    ),
    ...each('tmpfs', service.tmpfs),
    ...each(
      'volume',
      service.volumes?.map((volume) => `${project}_${volume}`),
    ),
    ...each(
      'env',
      settings.map(([name, value]) => `${name}=${value}`),
    ),
    ...(service.healthcheck?.disable === true ? ['--no-healthcheck'] : []),
    image,
    ...(service.command ?? []),
  ];
}
