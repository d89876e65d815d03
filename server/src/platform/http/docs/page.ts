import { hash } from 'node:crypto';
import type { ContractDescription } from '@kinga/shared/contract/describe.ts';
import { PROTOCOL_ERRORS } from '@kinga/shared/contract/errors.ts';
import { ROLES, SCOPES } from '@kinga/shared/contract/procedure.ts';
import { isNamedAccess, OPERATOR_SCOPES } from '@kinga/shared/contract/topic.ts';
import { isGrantable } from '../../call/grants.ts';
import { domainsOf, embedded } from './openapi.ts';

type ProcedureDescription = ContractDescription['procedures'][number];
type Access = ContractDescription['topics'][number]['access'];

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; min-width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.yes { text-align: center; } article { padding: .5rem 0 1rem; border-bottom: 1px solid var(--line); }
h3 { margin: .5rem 0; overflow-wrap: anywhere; } h3 code { font-size: 17px; font-weight: 700; } summary { cursor: pointer; padding: .5rem 0; }
nav a { margin-right: .75rem; white-space: nowrap; } p { margin: .4rem 0; }
`;

/** The one inline style there is, as a content security policy names it. */
export const DOCS_STYLE_HASH = `'sha256-${hash('sha256', STYLE, 'base64')}'`;

/** The contract for people: one page, no script, nothing fetched, readable on a phone. */
export function docsPageOf(contract: ContractDescription, contractHash: string): string {
  const domains = domainsOf(contract);
  const links = [...domains, 'permissions', 'topics', 'errors'].map((id) => `<a href="#${id}">${id}</a>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kinga API</title><link rel="icon" type="image/svg+xml" href="/kinga.svg"><style>${STYLE}</style></head><body>
<h1>Kinga API</h1>
<p>Protocol ${contract.protocol}, contract <code>${contractHash.slice(0, 12)}</code>.
For machines: <a href="/api/openapi.json">openapi.json</a>, <a href="/api/asyncapi.json">asyncapi.json</a>.</p>
<nav>${links.join(' ')}</nav>
${callingSection()}
${domains.map((domain) => domainSection(contract, domain)).join('\n')}
${permissionSection(contract)}
${topicSection(contract)}
${errorSection(contract)}
</body></html>
`;
}

function callingSection(): string {
  return `<h2>Calling</h2>
<p>On a socket (Socket.IO protocol v5, WebSocket, path <code>/socket.io</code>):</p>
<pre>const socket = io(url, { transports: ['websocket'], auth: { apiKey } });
const ack = await socket.emitWithAck('exclusions.lookup', input, { deadlineMs: 1000 });</pre>
<p>Over HTTP, with the same answer:</p>
<pre>curl https://hub.example/api/v1/exclusions.lookup \\
  -H 'X-API-Key: kk_live_...' -H 'Content-Type: application/json' \\
  -d '{"identifiers":[{"type":"nationalId","value":"23 456 789"}],"purpose":"bet"}'</pre>
<p>The answer is <code>{ ok: true, data }</code> or
<code>{ ok: false, error: { code, message, details?, retryAfterMs?, requestId } }</code>.
Sign in with <code>identity.login</code> for an access token (<code>auth: { token }</code>, or
<code>Authorization: Bearer</code>). An idempotency key travels as <code>meta.idempotencyKey</code> or in the header
<code>Idempotency-Key</code>; repeating a call under its key gives the first answer again.</p>`;
}

function domainSection(contract: ContractDescription, domain: string): string {
  const procedures = contract.procedures.filter((procedure) => procedure.name.startsWith(`${domain}.`));
  return `<h2 id="${escapeHtml(domain)}">${escapeHtml(domain)}</h2>${procedures.map(procedureArticle).join('\n')}`;
}

function procedureArticle(procedure: ProcedureDescription): string {
  const declared = Object.entries(procedure.errors).map(
    ([code, error]) => `<li><code>${escapeHtml(code)}</code> ${escapeHtml(error.message)}</li>`,
  );
  const key = procedure.idempotency === null ? 'takes none' : procedure.idempotency;
  return `<article id="${escapeHtml(procedure.name)}"><h3><code>${escapeHtml(procedure.name)}</code></h3>
<p>${escapeHtml(procedure.summary)}</p>
<p>Who: ${escapeHtml(accessText(procedure.access))}. Idempotency key: ${key}. Limit: ${escapeHtml(procedure.limit)}.</p>
${declared.length > 0 ? `<p>Its own errors:</p><ul>${declared.join('')}</ul>` : ''}
<details><summary>Input</summary>${json(embedded(procedure.input))}</details>
<details><summary>Output</summary>${json(embedded(procedure.output))}</details></article>`;
}

function permissionSection(contract: ContractDescription): string {
  const columns = ['anyone', ...ROLES, ...SCOPES];
  const guarded = [
    ...contract.procedures.map((procedure) => ({ ...procedure, anchor: procedure.name })),
    ...contract.topics.map(({ pattern, access }) => ({ name: pattern, access, anchor: 'topics' })),
  ];
  const rows = guarded.map((line) => {
    const cells = [...columns.map((column) => allows(line.access, column)), mayBeGranted(line)];
    const marks = cells.map((yes) => `<td class="yes">${yes ? '✓' : ''}</td>`).join('');
    const { anchor, name } = line;
    return `<tr><td><a href="#${escapeHtml(anchor)}"><code>${escapeHtml(name)}</code></a></td>${marks}</tr>`;
  });
  return `<h2 id="permissions">permissions</h2>
<p>Who may call or watch what by default. Where the last column has a mark, an administrator may grant it to
<code>support</code> or to one account of staff besides: <code>identity.grantPermission</code>; who has been
granted what is told by <code>identity.permissions</code>.</p><div class="wide"><table>
<tr><th></th>${[...columns, 'grantable'].map((column) => `<th>${escapeHtml(column)}</th>`).join('')}</tr>
${rows.join('\n')}</table></div>`;
}

function topicSection(contract: ContractDescription): string {
  const articles = contract.topics.map(
    (topic) => `<article><h3><code>${escapeHtml(topic.pattern)}</code></h3>
<p>${escapeHtml(topic.summary)}</p>
<p>Kind: ${topic.kind}. Who: ${escapeHtml(accessText(topic.access))}.
${topic.kind === 'log' ? `Resumable: ${topic.retentionDays === null ? 'for ever' : `${topic.retentionDays} days`}.` : ''}</p>
<details><summary>Events</summary>${Object.entries(topic.events)
      .map(([type, schema]) => `<p><code>${escapeHtml(type)}</code></p>${json(embedded(schema))}`)
      .join('')}</details></article>`,
  );
  return `<h2 id="topics">topics</h2>
<p><code>emitWithAck('watch', { topic, from?: { epoch, seq } })</code>; then <code>event</code>,
<code>reset</code> and <code>heartbeat</code> messages follow.</p>${articles.join('\n')}`;
}

function errorSection(contract: ContractDescription): string {
  const rows = Object.entries(PROTOCOL_ERRORS).map(
    ([code, { status, retry }]) =>
      `<tr><td><code>${code}</code></td><td>${status}</td><td>${retry ? 'yes' : 'no'}</td></tr>`,
  );
  const declared = contract.procedures.flatMap(({ name, errors }) =>
    Object.entries(errors).map(
      ([code, { retry }]) =>
        `<tr><td><code>${escapeHtml(code)}</code> (${escapeHtml(name)})</td><td>422</td><td>${retry ? 'yes' : 'no'}</td></tr>`,
    ),
  );
  return `<h2 id="errors">errors</h2><div class="wide"><table>
<tr><th>code</th><th>HTTP</th><th>may be sent again</th></tr>${[...rows, ...declared].join('\n')}</table></div>`;
}

function accessText(access: Access): string {
  if (access === 'public') return 'anyone';
  if (access === 'signedIn') return 'any account that is signed in';
  if (access === 'owner') return 'the account named in the topic';
  if (access === 'member') return 'members of the audience named in the topic';
  if (access === 'operator')
    return `staff of the operator named in the topic, and API keys with ${OPERATOR_SCOPES.join(' or ')}`;
  const keys = (access.scopes ?? []).map((scope) => `API keys with ${scope}`);
  return [...(access.roles ?? []), ...keys].join(', ');
}

function mayBeGranted(line: { readonly access: Access; readonly grantable?: false }): boolean {
  const { access } = line;
  return !isNamedAccess(access) && isGrantable({ ...line, access });
}

function allows(access: Access, column: string): boolean {
  if (access === 'public') return true;
  if (isNamedAccess(access)) return false;
  if (access === 'signedIn') return ROLES.some((role) => role === column);
  return [...(access.roles ?? []), ...(access.scopes ?? [])].some((holder) => holder === column);
}

function json(value: unknown): string {
  return `<pre>${escapeHtml(JSON.stringify(value, null, 2))}</pre>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
