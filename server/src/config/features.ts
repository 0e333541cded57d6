// Switches of what may have to go without waiting for a release. Each is a variable, and may be overruled while the
// program runs by a document that is asked for from time to time (AWS AppConfig, or any address that answers JSON).
import { type Field, flag, integer, text, type Values } from './fields.ts';

interface FeatureAbout {
  readonly variable: string;
  readonly meaning: string;
  /** What happens while it is off. */
  readonly off: string;
  /** When the switch can go. */
  readonly removable: string;
}

/** Every feature that can be switched off, by the name it has in the document. All are on by default. */
export const features = {
  validators: {
    variable: 'ASSAY_FEATURE_VALIDATORS',
    meaning: 'Scripts of package owners are run when sensitive packages are downloaded.',
    off: 'No script runs. Downloads that a script would have to allow are answered with 503, `validator-unavailable`; administrators see it in the health report. Everything else is downloaded as always.',
    removable: 'Never: whoever finds a way out of the sandbox must be stopped before it is mended.',
  },
  validatorRequests: {
    variable: 'ASSAY_FEATURE_VALIDATOR_REQUESTS',
    meaning: 'Validators may ask the hosts of ASSAY_VALIDATOR_HOSTS.',
    off: 'They are told of every host that it is not one they may ask, from the next request on; running scripts included.',
    removable: 'When validators that ask hosts have been in use for a year without having to be stopped.',
  },
  rememberedFiles: {
    variable: 'ASSAY_FEATURE_REMEMBERED_FILES',
    meaning: 'What checks found in a file is used again for the same file in other packages.',
    off: 'Every file is looked at as if it came for the first time, and nothing new is remembered: checks take longer. What was remembered stays, and is used again when it is switched on.',
    removable: 'When two releases have gone by in which checks with and without it found the same.',
  },
  webhooks: {
    variable: 'ASSAY_FEATURE_WEBHOOKS',
    meaning: 'Events are delivered to the addresses that users have given.',
    off: 'Nothing is sent. Deliveries wait, for a day at most, and are made when it is switched on.',
    removable: 'Never: sending to addresses that users choose can always be misused.',
  },
  registration: {
    variable: 'ASSAY_FEATURE_REGISTRATION',
    meaning: 'Anybody may register where ASSAY_OPEN_REGISTRATION allows it.',
    off: 'Only administrators register users, whatever ASSAY_OPEN_REGISTRATION says. Users who are there go on.',
    removable: 'Never: a wave of registrations must be stopped at once.',
  },
} as const satisfies Readonly<Record<string, FeatureAbout>>;

export type FeatureName = keyof typeof features;

export const featureNames = Object.keys(features) as FeatureName[];

const switches = Object.fromEntries(
  featureNames.map((name) => {
    const { variable, meaning, off } = features[name];
    return [name, flag({ variable, meaning: `${meaning} \`false\`: ${off}`, default: true })];
  }),
) as Readonly<Record<FeatureName, Field<boolean>>>;

export const featureFields = {
  ...switches,
  url: text({
    variable: 'ASSAY_FEATURES_URL',
    meaning:
      'An address that answers with a JSON object of features, as the agent of AWS AppConfig does. What it says counts more than the variables above, while the program runs (docs/features.md). Empty: none.',
    default: '',
    rule: 'an http or https URL',
    pattern: /^$|^https?:\/\/[^\s/]+(\/\S*)?$/,
  }),
  refreshMs: integer({
    variable: 'ASSAY_FEATURES_REFRESH_MS',
    meaning: 'How often that address is asked, and so how long a change takes at most.',
    default: 15_000,
    unit: 'ms',
    minimum: 100,
    maximum: 3_600_000,
  }),
  timeoutMs: integer({
    variable: 'ASSAY_FEATURES_TIMEOUT_MS',
    meaning: 'How long it may take to answer. What it said last counts while it does not.',
    default: 2_000,
    unit: 'ms',
    minimum: 50,
    maximum: 60_000,
  }),
};

export type FeaturesConfig = Values<typeof featureFields>;
