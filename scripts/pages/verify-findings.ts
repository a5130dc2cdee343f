// The findings of verify, as a page: the texts of `verify --explain`. Pure.
import { explainedFindings } from 'bus-integration-postgres';

const opening = `# Findings of verify

What each finding of \`bus operator database verify\` means and how to fix it. \`verify --explain FINDING\` prints the same
text. This page is generated from it; [troubleshooting](troubleshooting.md) has the codes of all other commands.
`;

/** The text of the page. */
export function verifyFindings(): string {
  const sections = Object.entries(explainedFindings).map(
    ([id, { title, why, fix, page }]) => `
## ${id}

**${escaped(capital(title))}.** ${escaped(why)}\\
Fix: ${escaped(fix)} [PostgreSQL's documentation](${page})
`,
  );
  return `${opening}${sections.join('')}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Plain text as Markdown shows it: what stands in it is not markup, but for code in backquotes. */
function escaped(text: string): string {
  return text.replace(/`[^`]*`|[\\*_[\]<>|]/g, (found) => (found.startsWith('`') ? found : `\\${found}`));
}
