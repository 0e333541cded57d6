/** One line of the table that a run prints. */
export interface Row {
  /** What is measured ÷ what it is compared with, and the unit of both. */
  readonly figure: string;
  readonly ours: number;
  /** Null where the target is a plain number and not a ratio. */
  readonly theirs: number | null;
  /** `≤ 0.5`, `≥ 0.8`: of the ratio, or of the number where there is nothing to compare with. */
  readonly target: string;
}

export function ratioOf({ ours, theirs }: Row): number | null {
  return theirs === null ? null : ours / theirs;
}

export function isReached(row: Row): boolean {
  const [, sign, bound] = /^(≤|≥) ([\d.]+)/.exec(row.target) ?? [];
  if (sign === undefined) throw new Error(`not a target: ${row.target}`);
  const value = ratioOf(row) ?? row.ours;
  return sign === '≤' ? value <= Number(bound) : value >= Number(bound);
}

/** As Markdown, which reads well in a terminal too. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.figure,
    rounded(row.ours),
    row.theirs === null ? '' : rounded(row.theirs),
    rounded(ratioOf(row)),
    row.target,
    isReached(row) ? 'yes' : 'NO',
  ]);
  const lines = [['figure', 'ours', 'theirs', 'ratio', 'target', 'reached'], ...cells];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const written = lines.map(
    (line) => `| ${line.map((cell, i) => padded(cell, widths[i] ?? 0, i)).join(' | ')} |`,
  );
  const rule = `|${widths.map((width, i) => (isNumber(i) ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`;
  return [written[0], rule, ...written.slice(1)].join('\n');
}

function isNumber(column: number): boolean {
  return column >= 1 && column <= 3;
}

function padded(cell: string, width: number, column: number): string {
  return isNumber(column) ? cell.padStart(width) : cell.padEnd(width);
}

function rounded(value: number | null): string {
  if (value === null) return '';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
