/** Answers given, by kind of path and status: plain numbers on the read path, turned into metrics when asked for. */
import type { Route } from './answer.ts';

export interface RequestCount {
  readonly route: string;
  readonly code: number;
  readonly count: number;
}

export class RequestCounts {
  // Both keys are bounded by the program, so no client can grow this by what it asks for.
  readonly #byRoute = new Map<string, Map<number, number>>();

  count(route: Route | AdminRoute, code: number): void {
    let byCode = this.#byRoute.get(route);
    if (!byCode) this.#byRoute.set(route, (byCode = new Map<number, number>()));
    byCode.set(code, (byCode.get(code) ?? 0) + 1);
  }

  all(): RequestCount[] {
    return [...this.#byRoute].flatMap(([route, byCode]) =>
      [...byCode].map(([code, count]) => ({ route, code, count })),
    );
  }
}

/** The kinds of path on the admin listener. */
export type AdminRoute = 'livez' | 'readyz' | 'metrics' | 'api' | 'log' | 'other';
