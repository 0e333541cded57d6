import { type Caller, permissions } from '../core/caller.ts';

/**
 * Whoever may run commands on the machine may do everything. The audit log says `(operator)`, which can be nobody's
 * user name.
 */
export function operator(requestId: string): Caller {
  return {
    user: {
      id: 'operator',
      name: '(operator)',
      permissions: new Set(permissions),
      groupIds: new Set(),
      reviewer: true,
      mustChangePassword: false,
    },
    token: null,
    address: '',
    requestId,
  };
}
