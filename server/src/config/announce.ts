import { text, type Values } from './fields.ts';

/** For ASSAY_ANNOUNCE. */
export const announceFields = {
  bus: text({
    variable: 'ASSAY_ANNOUNCE_BUS',
    meaning: 'The event bus, by name or ARN, with ASSAY_ANNOUNCE=eventbridge.',
    default: 'default',
  }),
  source: text({
    variable: 'ASSAY_ANNOUNCE_SOURCE',
    meaning: 'The `source` of the events on the bus: tells several registries apart.',
    default: 'assay',
    rule: 'up to 256 letters, digits and any of ._-/ that do not begin with `aws.`',
    pattern: /^(?!aws\.)[\w./-]{1,256}$/,
  }),
  topicArn: text({
    variable: 'ASSAY_ANNOUNCE_TOPIC_ARN',
    meaning: 'The topic, standard or FIFO, with ASSAY_ANNOUNCE=sns.',
    default: '',
    rule: 'the ARN of a topic',
    pattern: /^$|^arn:aws[a-z-]*:sns:[\w-]+:\d{12}:[\w.-]+$/,
  }),
};

export type AnnounceConfig = Values<typeof announceFields>;
