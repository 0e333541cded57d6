// Published content is stored once per digest, and several versions may have the same. Each holds it; when the
// last one has let go, the content is removed.
//
//   hold   ── refused while the content is being removed: then try again, it will be promoted afresh
//   release
//   claimRemoval ── only when nobody holds it ──► bytes removed ──► forgetRemoval

/** The version needs the content from now on. Holding twice is holding. Violated (`unavailable`) during removal. */
export interface ContentHeld {
  readonly change: 'content.hold';
  readonly digest: string;
  readonly versionId: string;
}

/** The version does not need the content any more. Never violated. */
export interface ContentReleased {
  readonly change: 'content.release';
  readonly digest: string;
  readonly versionId: string;
}

export interface ContentHolds {
  /** Does any version hold it at this moment? */
  isHeld(digest: string): Promise<boolean>;
  /**
   * Marks the content as being removed, unless somebody holds it; then false. Claiming again what is marked is
   * true: a removal that was interrupted goes on.
   */
  claimRemoval(digest: string): Promise<boolean>;
  /** The bytes are gone: the mark goes too, and the content may be promoted again. */
  forgetRemoval(digest: string): Promise<void>;
}
