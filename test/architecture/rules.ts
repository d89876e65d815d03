/** The import rules of ARCHITECTURE.md as data, and the functions that find what breaks them. */

export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly path: string;
  readonly rule: string;
}

/** Which wing may import which other wing. `test` sees all. */
const WINGS: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  'client-sdk': ['shared'],
  'server/web': ['shared', 'client-sdk'],
  server: ['shared'],
  workers: ['shared', 'server'],
};

/** Packages a wing may use where the list is closed: what runs in a browser too. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  shared: /^zod$/,
  'client-sdk': /^(zod|socket\.io-client)$/,
};

/** Who may call whom, through the other's index.ts only. */
export const DOMAIN_TABLE: Readonly<Record<string, readonly string[]>> = {
  identifiers: [],
  matching: [],
  alerts: [],
  policy: [],
  notifications: [],
  identity: ['identifiers', 'notifications'],
  screening: ['alerts'],
  exclusions: ['identifiers', 'matching', 'policy', 'screening', 'notifications'],
  petitions: ['identifiers', 'exclusions', 'policy', 'notifications', 'alerts'],
  tokens: ['identifiers', 'exclusions', 'screening', 'alerts'],
  operators: ['exclusions', 'tokens', 'alerts', 'notifications'],
  propagation: ['policy', 'exclusions', 'tokens', 'operators', 'alerts', 'notifications'],
  sandbox: ['identifiers', 'matching', 'exclusions', 'tokens'],
  conformance: ['exclusions', 'sandbox', 'operators'],
  canaries: ['identifiers', 'exclusions', 'alerts'],
  ledger: [],
  markets: ['exclusions', 'ledger', 'policy'],
  broadcasts: ['operators'],
  monitoring: [],
  analytics: ['exclusions'],
};

export function importsOf(text: string): string[] {
  const pattern = /(?:from\s+|import\s*\(\s*|import\s+)['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

export function wingOf(path: string): string {
  if (path.startsWith('server/web/')) return 'server/web';
  return path.split('/')[0] ?? '';
}

/** The repository path an import leads to, or undefined for a package. */
export function targetOf(from: string, specifier: string): string | undefined {
  const own = /^@kinga\/(shared|client-sdk|server|workers)(?:\/(.*))?$/.exec(specifier);
  if (own) return `${own[1]}/src/${own[2] ?? 'index.ts'}`;
  if (!specifier.startsWith('.')) return undefined;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

export function wingViolations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) =>
    importsOf(file.text).flatMap((specifier) => {
      const wing = wingOf(file.path);
      const allowed = WINGS[wing];
      if (allowed === undefined) return [];
      const target = targetOf(file.path, specifier);
      if (target === undefined) {
        const packages = PACKAGES[wing];
        if (packages === undefined || packages.test(specifier)) return [];
        return [{ path: file.path, rule: `${wing} may not use the package ${specifier}` }];
      }
      const other = wingOf(target);
      if (other === wing || allowed.includes(other)) return [];
      return [{ path: file.path, rule: `${wing} may not import ${other} (${specifier})` }];
    }),
  );
}

export function domainViolations(files: readonly SourceFile[], table = DOMAIN_TABLE): Violation[] {
  return files.flatMap((file) => {
    const place = placeOf(file.path);
    if (place === undefined) return [];
    return importsOf(file.text).flatMap((specifier) => {
      const target = targetOf(file.path, specifier);
      const other = target === undefined ? undefined : placeOf(target);
      if (target === undefined || other === undefined || other === place) return [];
      if (place === 'platform') return [{ path: file.path, rule: `platform knows no domain (${specifier})` }];
      if (other === 'platform') return [];
      if (!target.endsWith(`/domains/${other}/index.ts`)) {
        return [{ path: file.path, rule: `the only door of ${other} is its index.ts (${specifier})` }];
      }
      if (!table[place]?.includes(other)) {
        return [{ path: file.path, rule: `${place} may not call ${other}: see DOMAIN_TABLE` }];
      }
      return [];
    });
  });
}

/** Which domain, or `platform`, a file of the server belongs to. */
function placeOf(path: string): string | undefined {
  if (path.startsWith('server/src/platform/')) return 'platform';
  return /^server\/src\/domains\/([^/]+)\//.exec(path)?.[1];
}

/** A cycle in the table as a path of names, or undefined. */
export function cycleIn(table: Readonly<Record<string, readonly string[]>>): string[] | undefined {
  const visit = (name: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(name)) return [...trail, name];
    for (const next of table[name] ?? []) {
      const cycle = visit(next, [...trail, name]);
      if (cycle) return cycle;
    }
    return undefined;
  };
  for (const name of Object.keys(table)) {
    const cycle = visit(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}

const LINES_MAX = 400;

export function tidyViolations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => {
    const found: string[] = [];
    if (file.text.split('\n').length > LINES_MAX)
      found.push(`longer than ${LINES_MAX} lines: two ideas in one file`);
    if (/process\.env/.test(file.text) && !MAY_READ_ENVIRONMENT.test(file.path)) {
      found.push('reads process.env: only server/src/config.ts does');
    }
    if (/Math\.random\(/.test(file.text)) found.push('Math.random(): use node:crypto');
    if (/@ts-(ignore|expect-error|nocheck)/.test(file.text)) found.push('silences the type checker');
    return found.map((rule) => ({ path: file.path, rule }));
  });
}

/** config.ts reads it; start.ts hands it on to the processes it starts. */
const MAY_READ_ENVIRONMENT = /^server\/src\/(config|start)\.ts$/;
