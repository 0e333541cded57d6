// ClamAV passes over what is larger than its limits, and says OK. So it is asked, before it is believed, to find
// something in content as large as we send at most.
import { type ClamdAddress, ClamdConnection } from './clamd-connection.ts';

/** Settings of the daemon with which it would not look at what it is sent; `message` says which. */
export class ClamdMisconfigured extends Error {
  override readonly name = 'ClamdMisconfigured';
}

const pieceBytes = 64 * 1024;

/**
 * A cursor file of Windows whose header has a wrong length, as an old flaw needs it (MS05-002). Of all that ClamAV
 * finds without signatures, and so whatever signatures it has loaded, this is the shortest; it harms nobody today.
 */
function testContent(): Buffer {
  const content = Buffer.alloc(pieceBytes);
  content.write('RIFF', 0, 'latin1');
  content.writeUInt32LE(0xfff8, 4);
  content.write('ACONanih', 8, 'latin1');
  content.writeUInt32LE(0x100, 16);
  return content;
}

/** Rejects with `ClamdMisconfigured` unless the daemon looks at content of `windowBytes`. */
export async function verifyLimits(address: ClamdAddress, windowBytes: number): Promise<void> {
  const large = await scan(address, windowBytes);
  if (isFound(large)) return;
  if (/size limit exceeded/i.test(large))
    throw new ClamdMisconfigured(
      `StreamMaxLength of the ClamAV daemon is below the ${windowBytes} bytes of ASSAY_CLAMD_WINDOW_BYTES`,
    );
  if (isFound(await scan(address, pieceBytes)))
    throw new ClamdMisconfigured(
      `the ClamAV daemon does not look at content of ${windowBytes} bytes (ASSAY_CLAMD_WINDOW_BYTES): its MaxFileSize or MaxScanSize is below that`,
    );
  throw new ClamdMisconfigured(
    `the ClamAV daemon does not find a test that it knows without signatures (${large}): HeuristicAlerts must be on`,
  );
}

function isFound(reply: string): boolean {
  return / FOUND$/.test(reply) && !reply.includes('Heuristics.Limits.Exceeded');
}

async function scan(address: ClamdAddress, sizeBytes: number): Promise<string> {
  const connection = await ClamdConnection.open(address, 'INSTREAM');
  const rest = Buffer.alloc(pieceBytes);
  for (let sent = 0; sent < sizeBytes; sent += pieceBytes) {
    const piece = sent === 0 ? testContent() : rest;
    await connection.send(piece.subarray(0, sizeBytes - sent));
  }
  return connection.finish();
}
