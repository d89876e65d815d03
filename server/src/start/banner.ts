import type { DemoReport } from '../hub.ts';

export interface BannerParts {
  readonly url: string;
  readonly demo: DemoReport | undefined;
  /** Who signs in where there are no demo accounts. */
  readonly administrator: string | undefined;
  /** The environment of a second node on this machine, when the database is embedded. */
  readonly secondNode: readonly string[] | undefined;
}

/** What a person wants to know when everything runs. */
export function banner({ url, demo, administrator, secondNode }: BannerParts): string {
  const lines = ['', 'Kinga is running.', '', `  Open       ${url}`, `  API        ${url}/api/docs`];
  if (demo) {
    lines.push('', '  Demo accounts (e-mail, password)');
    for (const { role, email, password } of demo.accounts) {
      lines.push(`    ${role.padEnd(10)} ${email.padEnd(28)} ${password}`);
    }
    lines.push('', `  Operator API key (${demo.operatorName})`, `    ${demo.apiKey}`);
    lines.push(`    ${demo.sandboxKey} (sandbox: test persons only)`);
  }
  if (!demo && administrator) lines.push('', `  First administrator ${administrator}, see ADMIN_PASSWORD`);
  if (secondNode) lines.push('', '  A second node', `    ${secondNode.join(' ')} npm run server`);
  return [...lines, '', '  Ctrl-C stops everything.', '', ''].join('\n');
}
