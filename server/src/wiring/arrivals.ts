import type { Config } from '../config/index.ts';
import type { ArrivalNotices } from '../core/uploads/index.ts';
import type { Aws } from './aws.ts';

/** News of uploads that have arrived, and how long each is left to its client. */
export interface Arrivals {
  readonly notices: ArrivalNotices;
  readonly leaveMs: number;
  close(): Promise<void>;
}

/** Null when nobody is told of arrivals: only S3 can tell, and only when it was asked to. */
export async function openArrivals(
  { sqs, s3 }: Config,
  aws: Aws,
  report: (problem: string) => void,
): Promise<Arrivals | null> {
  if (sqs.arrivalsUrl === '') return null;
  const { openSqsArrivals } = await import('../adapters/sqs/open-arrivals.ts');
  const { arrivalsUrl, waitS } = sqs;
  const settings = { arrivalsUrl, waitS, bucket: s3.incomingBucket || s3.bucket };
  const { notices, close } = openSqsArrivals(await aws(), settings, report);
  return { notices, close, leaveMs: sqs.arrivalsAfterMs };
}
