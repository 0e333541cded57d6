import Type, { type Static } from 'typebox';
import type { ReviewCase } from '../../../core/pipeline/index.ts';
import { Nullable } from '../../schemas.ts';
import { PackageSchema, presentPackage, presentVersion, VersionSchema } from '../packages/package-schema.ts';
import { Checked, presentChecked } from '../packages/report-schema.ts';

export const CaseSchema = Type.Object({
  package: PackageSchema,
  version: VersionSchema,
  report: Nullable(Checked),
});

export function presentCase({ package: pkg, version, report }: ReviewCase): Static<typeof CaseSchema> {
  return {
    package: presentPackage(pkg),
    version: presentVersion(version),
    report: report && presentChecked(report),
  };
}
