/** How often a law is tried: few times in every run, many with SLOW=1. A failure prints the seed that repeats it. */
export function runs(few: number, many: number): { readonly numRuns: number } {
  return { numRuns: process.env['SLOW'] === '1' ? many : few };
}
