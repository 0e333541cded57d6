// Small pages for people, without scripts and without anything from elsewhere.
import { mark, markImage } from '../../mark.ts';

export const htmlHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  vary: 'accept',
} as const;

const style = `
  :root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; --quiet: light-dark(#59616b, #a5adb8);
    --line: light-dark(#d8dce1, #3a4048); --face: light-dark(#fff, #1c2026); --accent: light-dark(#7a570b, #e3b858) }
  body { margin: 0; background: light-dark(#f6f7f9, #121519); color: light-dark(#1b2028, #e8eaed) }
  header, main, footer { max-width: 42rem; margin: 0 auto; padding: 0 1.25rem; box-sizing: border-box }
  header { padding-top: 3rem }
  header a { display: inline-flex; align-items: center; gap: .6rem; color: inherit; font-weight: 600; text-decoration: none }
  header svg { width: 2rem; height: 2rem }
  h1 { font-size: 2rem; line-height: 1.2; margin: 1.5rem 0 .5rem; text-wrap: balance }
  h2 { font-size: 1rem; margin: 2rem 0 .25rem }
  p { margin: .5rem 0 }
  a { color: var(--accent); text-underline-offset: .2em }
  a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 4px }
  code { font: .9em ui-monospace, monospace; background: var(--face); border: 1px solid var(--line); border-radius: 4px;
    padding: .1em .35em; overflow-wrap: anywhere }
  .lead, footer { color: var(--quiet) }
  .places { list-style: none; margin: 2rem 0; padding: 0; display: grid; gap: .75rem }
  .places a { display: block; padding: .9rem 1.1rem; background: var(--face); border: 1px solid var(--line);
    border-radius: 8px; text-decoration: none; font-weight: 600 }
  .places a:hover { border-color: var(--accent) }
  .places span { display: block; font-weight: 400; color: var(--quiet) }
  footer { padding-top: 1rem; padding-bottom: 3rem; font-size: .9rem }
`;

/** `body` and `footer` are HTML; `title` is text. */
export function page(title: string, body: string, footer: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(markImage)}">
<style>${style}</style>
<header><a href="/"><svg viewBox="0 0 32 32" aria-hidden="true">${mark}</svg>Assay</a></header>
<main>
${body}
</main>
<footer>${footer}</footer>
</html>
`;
}

/** Text with the backquoted parts as code. */
export function htmlOf(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Does a client that sends this `Accept` rather want a page than JSON? Browsers name `text/html` first. */
export function wantsHtml(accept: string | undefined): boolean {
  const types = (accept ?? '').split(',').map((part) => part.trim().split(';')[0]);
  const html = types.indexOf('text/html');
  const json = types.indexOf('application/json');
  return html !== -1 && (json === -1 || html < json);
}
