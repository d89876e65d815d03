import { useMemo } from 'react';

interface Drawing {
  readonly viewBox: string;
  readonly dark: string;
}

/**
 * The hub's QR code, drawn anew from the one line it is made of: nothing of a document from elsewhere reaches
 * the page, and it is dark on light in every colour scheme, as cameras want it.
 */
export function Qr({ svg, label }: { svg: string; label: string }) {
  const drawing = useMemo(() => drawingOf(svg), [svg]);
  if (drawing === undefined) return null;
  return (
    <svg className="qr" viewBox={drawing.viewBox} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width="100%" height="100%" fill="#ffffff" />
      <path d={drawing.dark} stroke="#000000" />
    </svg>
  );
}

function drawingOf(svg: string): Drawing | undefined {
  const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
  const viewBox = parsed.documentElement.getAttribute('viewBox');
  const dark = parsed.querySelector('path[stroke]')?.getAttribute('d');
  return viewBox && dark ? { viewBox, dark } : undefined;
}
