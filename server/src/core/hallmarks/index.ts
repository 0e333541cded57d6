export { type Envelope, preAuthenticationEncoding, readEnvelope, statementType } from './envelope.ts';
export { type Hallmark, type HallmarkAppended, statementOf } from './hallmark.ts';
export { type Attested, issueHallmark, type SigningPorts } from './issue-hallmark.ts';
export type * from './ports.ts';
export { listHallmarks, readHallmark } from './read-hallmark.ts';
export { type Received, signReceipt } from './sign-receipt.ts';
export {
  type AttestedCheck,
  type HallmarkStatement,
  hallmarkPredicate,
  isHallmark,
  type PublicationDecision,
  type ReceiptStatement,
  type RegistryIdentity,
  receiptPredicate,
} from './statement.ts';
export {
  VerificationError,
  type VerificationFailure,
  type Verified,
  type VerifySignature,
  verifyStatement,
} from './verify-statement.ts';
