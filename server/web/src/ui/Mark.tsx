/** A hand raised inside a shield: stop, and protection. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path className="mark-shield" d="M16 1.5 28 5.6v9.9c0 7.2-4.9 12.3-12 15-7.1-2.7-12-7.8-12-15V5.6z" />
      <path
        className="mark-hand"
        d="M10.5 17.5v-5.3m3.7 3.6V8.6m3.7 7.2V8.6m3.7 7.9v-5.6m0 5.3c0 4.8-2.3 7.6-5.8 7.6-2.6 0-4.1-1.3-5.3-3.7"
      />
    </svg>
  );
}
