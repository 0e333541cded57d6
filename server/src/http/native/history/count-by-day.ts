import Type from 'typebox';
import type { DailyCount } from '../../../core/audit/index.ts';
import { isAdmin } from '../../../core/caller.ts';
import { RegistryError } from '../../../core/errors.ts';
import { defineRoute } from '../../define-route.ts';
import { Id } from '../../schemas.ts';
import { historyUser } from './history-user.ts';
import { downloadOperations, uploadOperations } from './list-history.ts';

const dayMs = 86_400_000;
const maximumDays = 366;

export const countByDayRoute = defineRoute({
  operation: 'history.count-by-day',
  method: 'GET',
  path: '/api/history/daily',
  description:
    'How many uploads and downloads succeeded, and their bytes, by day (UTC); days without any are left out. Users ' +
    'count their own, of one package or all; administrators anybody’s (`user`), or everybody’s when no user is named.',
  query: Type.Object({
    user: Type.Optional(Id),
    package: Type.Optional(Id),
    from: Type.Optional(Type.String({ format: 'date', description: 'Absent: 29 days before `until`.' })),
    until: Type.Optional(Type.String({ format: 'date', description: 'Inclusive. Absent: today.' })),
  }),
  answers: {
    200: Type.Object({
      days: Type.Array(
        Type.Object({
          day: Type.String({ format: 'date' }),
          uploads: Type.Integer(),
          uploadedBytes: Type.Integer(),
          downloads: Type.Integer(),
          downloadedBytes: Type.Integer(),
        }),
      ),
    }),
  },
  handle: async (registry, { caller, query }) => {
    const everybody = query.user === undefined && isAdmin(caller);
    const counts = await registry.audit.countByDay({
      userId: everybody ? undefined : historyUser(caller, query.user),
      packageId: query.package,
      operations: [...uploadOperations, ...downloadOperations],
      ...daysOf(query, registry.clock.now()),
    });
    return { days: byDay(counts) };
  },
});

function daysOf(query: { from?: string; until?: string }, now: Date): { from: Date; until: Date } {
  const last = new Date(query.until ?? now.toISOString().slice(0, 10));
  const from = query.from === undefined ? new Date(last.getTime() - 29 * dayMs) : new Date(query.from);
  const until = new Date(last.getTime() + dayMs);
  const days = (until.getTime() - from.getTime()) / dayMs;
  if (days >= 1 && days <= maximumDays) return { from, until };
  throw new RegistryError(
    'invalid-request',
    `\`from\` and \`until\` span ${days} days; 1 to ${maximumDays} are possible.`,
  );
}

function byDay(counts: readonly DailyCount[]) {
  const days = new Map<string, ReturnType<typeof emptyDay>>();
  for (const { day, operation, count, sizeBytes } of counts) {
    const sums = days.get(day) ?? emptyDay(day);
    days.set(day, sums);
    if (uploadOperations.some((known) => known === operation)) {
      sums.uploads += count;
      sums.uploadedBytes += sizeBytes;
    } else {
      sums.downloads += count;
      sums.downloadedBytes += sizeBytes;
    }
  }
  return [...days.values()];
}

function emptyDay(day: string) {
  return { day, uploads: 0, uploadedBytes: 0, downloads: 0, downloadedBytes: 0 };
}
