// docs/features.md, drawn from server/src/config/features.ts.
import { featureNames, features } from '../server/src/config/index.ts';

export function featuresPage(): string {
  const sections = featureNames.map((name) => {
    const { variable, meaning, off, removable } = features[name];
    return [
      `## ${name}`,
      '',
      meaning,
      '',
      `- Variable: \`${variable}\`, \`true\` unless given.`,
      `- Off: ${off}`,
      `- This switch can go: ${removable}`,
    ].join('\n');
  });
  return `# Features that can be switched off

What may have to go at once, before there is a release that mends it, has a switch. All are on by default. None changes what is
stored: switched on again, everything goes on as before.

- **By a variable**, read when the program starts: \`ASSAY_FEATURE_WEBHOOKS=false\`.
- **While it runs**, by a document that every process asks for at \`ASSAY_FEATURES_URL\` every \`ASSAY_FEATURES_REFRESH_MS\`. All
  switches take effect so, without a restart, and count more than the variables. Names that it leaves out are as the variables say.

The document is a JSON object, \`{"webhooks": false}\`, or feature flags as AWS AppConfig gives them,
\`{"webhooks": {"enabled": false}}\`. With the agent of AppConfig beside the program the address is
\`http://localhost:2772/applications/<application>/environments/<environment>/configurations/<profile>\`; any other address that
answers JSON does. While there is no answer, or one that is wrong in any place, what was said last goes on, and the log says
why; before the first answer, what the variables say. Each change is in the log.

On AWS the stacks have the input \`settings\`: \`settings = { ASSAY_FEATURE_WEBHOOKS = "false" }\` and \`terraform apply\`, which
replaces the tasks one after the other, within minutes. They run no agent of AppConfig. Who wants switches to take effect at once names an
address in the network, \`ASSAY_FEATURES_URL\`, in the same place; the tasks of validators reach none, and go by the variables.

A process whose work a feature is has to be told: the address belongs to servers, workers and \`assay work --only validators\`
alike.

${sections.join('\n\n')}
`;
}
