/**
 * A Content-Disposition that has browsers save the body under `fileName` (RFC 6266): an ASCII form for old
 * clients, and the exact one in UTF-8 (RFC 8187) for the others. Folders in the name do not survive.
 */
export function attachment(fileName: string): string {
  const name = fileName.toWellFormed().replace(/[/\\\p{Cc}]/gu, '_');
  const ascii = name.replace(/[^\x20-\x7e]/g, '_').replace(/["%]/g, '_');
  const plain = `attachment; filename="${ascii}"`;
  return ascii === name ? plain : `${plain}; filename*=UTF-8''${extended(name)}`;
}

/** `encodeURIComponent` leaves four characters that RFC 8187 does not allow. */
function extended(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
