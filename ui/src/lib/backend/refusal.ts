import type { Refusal, RefusalCode } from './bindings';

/** What a command throws where the core said no. Nothing was changed then. */
export class RefusalError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.name = 'RefusalError';
    this.refusal = refusal;
  }

  get code(): RefusalCode {
    return this.refusal.code;
  }
}

/** Whatever was thrown, as a refusal; what is none is an error of the program. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof RefusalError) return thrown.refusal;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', field: null, limit: null, until: null, alternatives: [], detail };
}

export function isRefused(thrown: unknown, code: RefusalCode): thrown is RefusalError {
  return thrown instanceof RefusalError && thrown.code === code;
}
