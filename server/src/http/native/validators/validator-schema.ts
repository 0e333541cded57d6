import Type, { type Static } from 'typebox';
import type {
  ListedValidatorVersion,
  RegisteredValidator,
  ValidatorVersion,
} from '../../../core/validators/index.ts';
import { Id, Nullable, Timestamp } from '../../schemas.ts';

export const Language = Type.Enum(['python', 'javascript']);

const versionProperties = {
  number: Type.Integer({ description: 'One more at each registration and each removal.' }),
  language: Nullable(Language),
  digest: Nullable(Type.String({ description: 'SHA-256 of the source.' })),
  madeBy: Type.Object({ id: Id, name: Type.String() }),
  madeAt: Timestamp,
};

/** `language` and `digest` are null where the validator was removed. */
export const ListedValidatorSchema = Type.Object(versionProperties);

export const ValidatorVersionSchema = Type.Object({
  ...versionProperties,
  source: Nullable(Type.String({ description: 'Null where the validator was removed.' })),
});

export const ValidatorSchema = Type.Object({
  ...ValidatorVersionSchema.properties,
  runs: Type.Boolean({ description: 'It decides about downloads: the package is sensitive.' }),
});

export function presentListed(version: ListedValidatorVersion): Static<typeof ListedValidatorSchema> {
  const { number, script, madeBy, madeAt } = version;
  return {
    number,
    language: script?.language ?? null,
    digest: script?.digest ?? null,
    madeBy: { id: madeBy.userId, name: madeBy.userName },
    madeAt: madeAt.toISOString(),
  };
}

export function presentVersion(version: ValidatorVersion): Static<typeof ValidatorVersionSchema> {
  return { ...presentListed(version), source: version.script?.source ?? null };
}

export function presentValidator({ version, runs }: RegisteredValidator): Static<typeof ValidatorSchema> {
  return { ...presentVersion(version), runs };
}
