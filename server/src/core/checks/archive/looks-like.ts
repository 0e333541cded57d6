// What a file that is no ZIP archive seems to be, so that its publisher understands the refusal.

const magics: readonly { readonly at: number; readonly bytes: string; readonly name: string }[] = [
  { at: 0, bytes: '1f8b', name: 'a gzip file (such as .tar.gz or .tgz)' },
  { at: 0, bytes: '377abcaf271c', name: 'a 7-Zip archive' },
  { at: 0, bytes: '526172211a07', name: 'a RAR archive' },
  { at: 0, bytes: 'fd377a585a00', name: 'an xz file' },
  { at: 0, bytes: '425a68', name: 'a bzip2 file' },
  { at: 0, bytes: '28b52ffd', name: 'a Zstandard file' },
  { at: 0, bytes: '04224d18', name: 'an LZ4 file' },
  { at: 257, bytes: '7573746172', name: 'a tar archive' },
  { at: 0, bytes: '894844460d0a1a0a', name: 'an HDF5 file' },
  { at: 0, bytes: '47475546', name: 'a GGUF model file' },
  { at: 0, bytes: '934e554d5059', name: 'a NumPy file' },
  { at: 0, bytes: '50415231', name: 'a Parquet file' },
  { at: 0, bytes: '7f454c46', name: 'an ELF program' },
  { at: 0, bytes: '4d5a', name: 'a Windows program' },
  { at: 0, bytes: '25504446', name: 'a PDF document' },
  { at: 0, bytes: '89504e470d0a1a0a', name: 'a PNG image' },
  { at: 0, bytes: '2321', name: 'a script' },
  { at: 0, bytes: '8002', name: 'a Python pickle' },
  { at: 0, bytes: '8003', name: 'a Python pickle' },
  { at: 0, bytes: '8004', name: 'a Python pickle' },
  { at: 0, bytes: '8005', name: 'a Python pickle' },
];

/** Bytes that `looksLike` wants to see, as far as there are so many. */
export const headBytes = 512;

/** From the first bytes of a file; `null` for the start of a ZIP archive. */
export function looksLike(head: Uint8Array): string | null {
  const hex = Buffer.from(head).toString('hex');
  if (head.length === 0) return 'an empty file';
  if (hex.startsWith('504b0304') || hex.startsWith('504b0506')) return null;
  if (hex.startsWith('504b0708') || hex.startsWith('504b3030')) return 'one volume of a split ZIP archive';
  const known = magics.find(({ at, bytes }) => hex.startsWith(bytes, at * 2));
  return known?.name ?? 'no archive that we know';
}
