/** Programs of their own that use a guard; see there for what they say and when. */
import { fileURLToPath } from 'node:url';

export const REFRESHER = fileURLToPath(new URL('refreshing-child.ts', import.meta.url));
export const KILLED = fileURLToPath(new URL('killed-child.ts', import.meta.url));
