import { flag, integer, type Values } from './fields.ts';

export const reviewFields = {
  overdueHours: integer({
    variable: 'ASSAY_REVIEW_OVERDUE_HOURS',
    meaning:
      'A version that waits longer for reviewers makes the component `quarantine` of the health report degraded.',
    default: 72,
    unit: 'hours',
    minimum: 1,
    maximum: 8_760,
  }),
  secondPerson: flag({
    variable: 'ASSAY_REVIEW_SECOND_PERSON',
    meaning:
      'Whether a release from quarantine takes two reviewers, neither of them the uploader: the first approves, the second releases.',
    default: false,
  }),
};

export type ReviewConfig = Values<typeof reviewFields>;
