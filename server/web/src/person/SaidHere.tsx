import type { Said } from './use-said.ts';

export function SaidHere({ said }: { said: Said }) {
  return (
    <p className="just-said" role="status" tabIndex={-1} ref={said.place}>
      {said.text}
    </p>
  );
}
