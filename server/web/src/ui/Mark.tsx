/** A hand raised inside a shield: stop, and protection. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        className="mark-shield"
        d="M16 1.5 28 5.6v9.9c0 7.2-4.9 12.3-12 15-7.1-2.7-12-7.800-12-15V5.600z"
      />
      <path
        className="mark-hand"
        d="M10.5 17.5v-5.300m3.700 3.600V8.600m3.700 7.200V8.600m3.700 7.900v-5.600m0 5.300c0 4.800-2.300 7.600-5.800 7.600-2.600 0-4.100-1.300-5.300-3.700"
      />
    </svg>
  );
}
