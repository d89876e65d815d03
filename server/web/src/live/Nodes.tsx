import type { NodeStats } from '@kinga/shared/monitoring/contract.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../ui/format.ts';

/** Over this age a node asks the database before it answers. */
const FRESH_MS = 1_000;

/** Each node's copy of the register: how far it is, and when that was last confirmed. */
export function Nodes({ nodes }: { nodes: readonly NodeStats[] }) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  return (
    <section className="block" aria-labelledby="nodes">
      <h2 id="nodes">{t('live.nodes')}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('live.node')}</th>
            <th scope="col" className="number">
              {t('live.seq')}
            </th>
            <th scope="col" className="number">
              {t('live.lag')}
            </th>
            <th scope="col" className="number">
              {t('live.freshness')}
            </th>
            <th scope="col" className="number wide-only">
              {t('live.people')}
            </th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node.node}>
              <th scope="row">
                <span className={node.ready ? 'dot dot-good' : 'dot dot-bad'} aria-hidden="true" />
                <span className="mono">{node.node}</span>
                <span className="unseen">{node.ready ? t('live.ready') : t('live.notReady')}</span>
              </th>
              <td className="number">{whole(node.replicaSeq)}</td>
              <td className={node.replicaLag > 0 ? 'number late' : 'number'}>
                {node.replicaLag > 0 ? whole(node.replicaLag) : t('live.noLag')}
              </td>
              <td className={node.freshnessMs > FRESH_MS ? 'number late' : 'number'}>
                {t('live.freshnessAge', { ms: whole(node.freshnessMs) })}
              </td>
              <td className="number wide-only">{whole(node.replicaPeople)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
