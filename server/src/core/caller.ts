// Who is asking. Made by a face from the credentials of a request and handed to every use case; a use case
// never looks at headers, and a job acts as `registry` itself.

export const permissions = ['upload', 'search', 'download', 'admin'] as const;
export type Permission = (typeof permissions)[number];

export interface Caller {
  /** Null for an anonymous caller. */
  readonly user: CallingUser | null;
  /** Null for an anonymous caller and for the registry itself. */
  readonly token: CallingToken | null;
  /** The client's network address; empty for the registry itself. */
  readonly address: string;
  readonly requestId: string;
}

export interface CallingUser {
  readonly id: string;
  readonly name: string;
  /** What the user may do, already narrowed by the token. `admin` implies all of the others. */
  readonly permissions: ReadonlySet<Permission>;
  readonly groupIds: ReadonlySet<string>;
  /** True when one is administrator, or member of the configured group of reviewers. */
  readonly reviewer: boolean;
  readonly mustChangePassword: boolean;
}

export interface CallingToken {
  readonly id: string;
  readonly kind: 'session' | 'personal';
  /** Package names the token is good for, `*` matching any run of characters; empty: all names. */
  readonly packagePatterns: readonly string[];
}

/** The registry acting on its own behalf, in jobs and at start. */
export function registryItself(requestId: string): Caller {
  return { user: null, token: null, address: '', requestId };
}

export function hasPermission(caller: Caller, permission: Permission): boolean {
  return caller.user !== null && (isAdmin(caller) || caller.user.permissions.has(permission));
}

export function isAdmin(caller: Caller): boolean {
  return caller.user?.permissions.has('admin') ?? false;
}

/** Does the token (if any) extend to packages of this name? */
export function reachesPackage(caller: Caller, packageName: string): boolean {
  const patterns = caller.token?.packagePatterns ?? [];
  return patterns.length === 0 || patterns.some((pattern) => matchesPattern(pattern, packageName));
}

/** Takes each literal between the stars at its first place, which leaves most to the rest: never tries again. */
function matchesPattern(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let from = first.length;
  for (const literal of others) {
    const at = name.indexOf(literal, from);
    if (at < 0) return false;
    from = at + literal.length;
  }
  return from + last.length <= name.length;
}
