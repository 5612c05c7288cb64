/** The guard’s clock, behind an interface that an embedder can replace: tests move it, and verify as of another time. */
export interface Clock {
  /** Now. Asked once per operation: one reference time judges everything in it (W-01). */
  now(): Date;
}
