import type { DemoReport } from '../hub.ts';

export interface BannerParts {
  readonly url: string;
  readonly demo: DemoReport | undefined;
  /** Where the connection string lies, when the database is embedded. */
  readonly urlFile: string | undefined;
}

/** What a person wants to know when everything runs. */
export function banner({ url, demo, urlFile }: BannerParts): string {
  const lines = ['', 'Kinga is running.', '', `  Open       ${url}`, `  API        ${url}/api/docs`];
  if (demo) {
    lines.push('', '  Demo accounts (e-mail, password)');
    for (const { role, email, password } of demo.accounts) {
      lines.push(`    ${role.padEnd(10)} ${email.padEnd(28)} ${password}`);
    }
    lines.push('', `  Operator API key (${demo.operatorName})`, `    ${demo.apiKey}`);
  }
  if (urlFile) {
    lines.push('', '  A second node', `    DATABASE_URL=$(cat ${urlFile}) PORT=3001 npm run server`);
  }
  return [...lines, '', '  Ctrl-C stops everything.', '', ''].join('\n');
}
