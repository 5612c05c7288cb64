/**
 * A log of three leaves with one witness, as a test vector: made elsewhere from the specifications, accepted by Go’s
 * golang.org/x/mod/sumdb/note and tlog. The seeds are public: 32 × 0x01 for the log, 32 × 0x02 for the witness.
 */
import { leafHash } from '../../src/tlog/tree.ts';

export const LOG_SEED = new Uint8Array(32).fill(1);
export const WITNESS_SEED = new Uint8Array(32).fill(2);
export const LOG_VKEY = 'mirror.example/provenance+e863a7bd+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c';
export const WITNESS_VKEY = 'auditor.example/w1+2a09e825+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU';
export const ENTRIES = ['{"n":0,"type":"genesis"}', '{"n":1,"type":"import.staged"}', '{"n":2,"type":"approval"}'].map(
  (entry) => Buffer.from(entry),
);
export const LEAVES = ENTRIES.map(leafHash);
export const LEAVES_IN_HEX = [
  '7ff0462c92ec7c32d75d39ed67e9ebdb5a9d2212855c4e03458cbfe94c1cf1ef',
  '375054c72502ebdc99d37dae31605708186ccaa778423fd20e94174d53a2c4c2',
  '64bb53bc8cf9a558a6f254dbac23d5e039c81d8743cb0b2564fc046ee89286c3',
];
export const ROOT_IN_HEX = 'df4566abfbff1a845748dfba7de9f3fbc7bbca4a6e48797d74f1dc2814c5b5fa';
/** POSIX seconds. */
export const COSIGNED_AT = 1_795_000_000;
export const BODY = 'mirror.example/provenance\n3\n30Vmq/v/GoRXSN+6fenz+8e7ykpuSHl9dPHcKBTFtfo=\n';
export const LOG_LINE =
  '— mirror.example/provenance 6GOnvfT5QHV+7Oj/7Ne17IIDeilUgIEJjZIO2j9gOIMED8X2BYdrQtPjyjNn0LurwuaHchGoCdmPDdb2ioPQD4bTNwU=';
export const WITNESS_LINE =
  '— auditor.example/w1 KgnoJQAAAABq/YbAoXpj9xD4/8g6lztGbnMYt3dUUalohNmpsrbBbiz0NAbHkQRJuAQUshcIf6ZHFYhAruQXJVhnfn+W4/Z15R5cBA==';
export const NOTE = `${BODY}\n${LOG_LINE}\n${WITNESS_LINE}\n`;
/** For index 1. */
export const PROOF = `c2sp.org/tlog-proof@v1
index 1
f/BGLJLsfDLXXTntZ+nr21qdIhKFXE4DRYy/6Uwc8e8=
ZLtTvIz5pVim8lTbrCPV4DnIHYdDywslZPwEbuiShsM=

${NOTE}`;
