import type { ReactNode } from 'react';

/** A page's title; takes the focus when the page is opened. */
export function Heading({ children, lead }: { children: ReactNode; lead?: ReactNode }) {
  return (
    <div className="heading">
      <h1 tabIndex={-1}>{children}</h1>
      {lead && <div className="lead">{lead}</div>}
    </div>
  );
}
