/** How results are written where clients differ in what they take. */
export interface ResultStyle {
  /** `az` compares `Succeeded` with its capital; the API reference's examples have none. */
  readonly stateCase: 'capitalised' | 'lower';
  /** Whether anything is sent that the vendor's API does not have. */
  readonly extensions: boolean;
}

/** A `provisioningState` in the style's case. */
export function toState(state: 'Running' | 'Succeeded' | 'Failed' | 'Canceled', style: ResultStyle): string {
  return style.stateCase === 'lower' ? state.toLowerCase() : state;
}
