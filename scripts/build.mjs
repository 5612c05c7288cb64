/** `npm run build`: dist from src, where anything has changed since. */
import { build, install, requireNode } from './prepare.mjs';

requireNode();
await install();
await build();
