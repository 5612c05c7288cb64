PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT;
INSERT INTO migration VALUES(1,'0001_record.sql','190a70809f26d97723cc5645c8d896a2b0f5eaf66b147ce591bf523cab78ced1');
CREATE TABLE event (
  idx        INTEGER PRIMARY KEY,
  at         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  repository TEXT,
  body       TEXT NOT NULL,
  sha256     TEXT NOT NULL
) STRICT;
INSERT INTO event VALUES(0,'2026-11-23T03:00:00.000Z','genesis',NULL,'{"installation":"07fbf646d3f8d3ad34a018176c751a24","root_keys":"offline"}','45dd9021a4f4a7494f55d21830f3103c753cb0f3caad5df43cd5f2b9a904a89b');
INSERT INTO event VALUES(1,'2026-11-23T03:00:00.000Z','repository-enrolled','site','{"upstream":"https://upstream.example/site/","root_sha256":"d717cf7d64894399f970860724918fb6abf445973a73b2f32bc26b2afa81103f","selection":"{\"kind\":\"all\"}","max_upstream_age_days":90}','b24e33eccd1d451605f750fcd40aca53f56c92ddc9888e6d96fb7383b2f2e405');
INSERT INTO event VALUES(2,'2026-11-23T03:01:00.123Z','import-accepted','site','{"import":1,"rows":"df139814ae5d3d22912886c1e0902436ae0b3a13bef1c79af91505e18eac0ab5","source":"https://upstream.example/site/","candidate":"cc8ec41dbea3dfef913c4390beb971ad7008888f1f4bcafd5b6623481a87b28c","decisions":[]}','3ad2c880c83631bc061c29944ce5486268fdfba20a6038727d4c6e59ef267a91');
INSERT INTO event VALUES(3,'2026-11-23T03:02:00.123Z','generation-published','site','{"generation":1,"import":1,"rows":"89f3f19654046e78438e0980aaef2e202aebecafb8aba6a4de65afebaf204d0f","issued":["root@1 sha256:09897113dd0be32f6fb6718f7a3395b7ed7919ae5a1228113cc7b1777b212fbd","snapshot@29923382 sha256:0dfbde223c270ee119db8c77631c45a834171f63e84f752e97b9fa971ce5a28b","timestamp@29923382 sha256:63e4024511cb88ca8f0c27fb1b86ba5eb78ea8f2e5b6542661f700b781b0b33e"]}','475af997aac8ef31787a6cb8281fa2ddf569326eeb369060554c75ee2a56e340');
INSERT INTO event VALUES(4,'2026-11-23T03:03:00.123Z','renewed','site','{"generation":1,"issued":["timestamp@29923383 sha256:a8d0b771b543ff9e0fac26717d3074166926793d81d6ea40134f14dee3b56a7f"],"online_epoch":1}','37f97f5b466fbaf8ca633be4c610abb0f092fae7e8a317549462090e8b526dd7');
INSERT INTO event VALUES(5,'2026-11-23T03:04:00.246Z','import-accepted','site','{"import":2,"rows":"993e2434820f0952cfa003480a0567316ec39c4e83b27888d1398930011ceaea","source":"/media/courier/site","candidate":"d642377b7a8aa53304bd63ec73bfd8ce78d1efc105293abffd0028ffbedd59dc","decisions":[]}','b8db6b7b965078ba9017f740a9187872274f12a5b2f049229ccccffe2f587f86');
CREATE TABLE file (
  sha256 TEXT NOT NULL UNIQUE,
  length INTEGER NOT NULL,
  bytes  BLOB NOT NULL
) STRICT;
INSERT INTO file VALUES('d717cf7d64894399f970860724918fb6abf445973a73b2f32bc26b2afa81103f',1568,CAST('{"signatures":[{"keyid":"97a3dcd10390f99e79cbe98042126230afbdfb7bd601db40c056861ccdd8a1a2","sig":"d8dbf3d554e19449f2900ceefcabb86fd2c3bcf552db8295cc5407ee30267a00666f399a22a5cb466157fe4459a23dfae15488fc0000cf504f753e5b2ef53401"}],"signed":{"_type":"root","expires":"2027-11-23T03:00:00Z","spec_version":"1.0.34","version":1,"consistent_snapshot":true,"keys":{"97a3dcd10390f99e79cbe98042126230afbdfb7bd601db40c056861ccdd8a1a2":{"keytype":"ed25519","keyval":{"public":"f78a3bbb40a693d8edbb84412577b190d62109b8225c2b2154455a8a83cbe233"},"scheme":"ed25519"},"5addac3e0c54b6bd1c756fce18abab32bf6244e684b049b40b3050ca1e980ef4":{"keytype":"ed25519","keyval":{"public":"c9d8f4856d79e6cde61d6a4377be5016b40ea4d5e1f7b570c2bd72c2cd22bc74"},"scheme":"ed25519"},"a273438ed9b9fca3818b93b40d6a3e8d39e4b4acf46623e0c1e2245a3429552e":{"keytype":"ed25519","keyval":{"public":"9475936bd4a666bc91feb24487aba00c8e44f6db5570043695623f29e4590e3b"},"scheme":"ed25519"},"28b29d33cb9bb5d56124508b52bb5a726e09626a4f1aacad3a2290509a986506":{"keytype":"ed25519","keyval":{"public":"a5dd6f678d79dbcdcd81100e2f03206bd10181d087f71232a65b4a5ea5af739f"},"scheme":"ed25519"}},"roles":{"root":{"keyids":["97a3dcd10390f99e79cbe98042126230afbdfb7bd601db40c056861ccdd8a1a2"],"threshold":1},"timestamp":{"keyids":["5addac3e0c54b6bd1c756fce18abab32bf6244e684b049b40b3050ca1e980ef4"],"threshold":1},"snapshot":{"keyids":["a273438ed9b9fca3818b93b40d6a3e8d39e4b4acf46623e0c1e2245a3429552e"],"threshold":1},"targets":{"keyids":["28b29d33cb9bb5d56124508b52bb5a726e09626a4f1aacad3a2290509a986506"],"threshold":1}}}}
' AS BLOB));
INSERT INTO file VALUES('16b2bfcf42f1be3a3a68347deedc8f1757556dd814b972c97974e40bac66b7ff',470,CAST('{"signatures":[{"keyid":"5addac3e0c54b6bd1c756fce18abab32bf6244e684b049b40b3050ca1e980ef4","sig":"55eac560bc95edf6a336d3236deee3357f03d409c273772492e7b75911633fd4f0906be3e8ff708bf0ef50be348b67d1d3abf84e4c3632010a04b6b63238bd07"}],"signed":{"_type":"timestamp","expires":"2026-11-30T03:00:00Z","spec_version":"1.0.34","version":1,"meta":{"snapshot.json":{"hashes":{"sha256":"deb304e546238a505219cc9b11993b643f4abcb26e271fe1b3925c2d98035c5f"},"length":468,"version":1}}}}
' AS BLOB));
INSERT INTO file VALUES('deb304e546238a505219cc9b11993b643f4abcb26e271fe1b3925c2d98035c5f',468,CAST('{"signatures":[{"keyid":"a273438ed9b9fca3818b93b40d6a3e8d39e4b4acf46623e0c1e2245a3429552e","sig":"2dff88abad6eeee500b6540872956250441b9e9b05aecaa002a76df93077ca545ceb03b42e00edc86d3250015e657bf3e42295f25640acdfea05d10b00865704"}],"signed":{"_type":"snapshot","expires":"2026-12-23T03:00:00Z","spec_version":"1.0.34","version":1,"meta":{"targets.json":{"hashes":{"sha256":"74cdcd465a16af22c5771ff7bdf7bce9768b31f9ccab3da254d8f7f61f6fdadf"},"length":451,"version":1}}}}
' AS BLOB));
INSERT INTO file VALUES('74cdcd465a16af22c5771ff7bdf7bce9768b31f9ccab3da254d8f7f61f6fdadf',451,CAST('{"signatures":[{"keyid":"28b29d33cb9bb5d56124508b52bb5a726e09626a4f1aacad3a2290509a986506","sig":"c0b907889760d83c254a7bdeb6f71cca6e619589637f2e84b0e7d869980a7ddc3fda6081bf3e07176e4b94adae2ac12a2209982907708f55e657cd7f0b7c340f"}],"signed":{"_type":"targets","expires":"2027-05-22T03:00:00Z","spec_version":"1.0.34","version":1,"targets":{"one.txt":{"hashes":{"sha256":"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"},"length":3}}}}
' AS BLOB));
INSERT INTO file VALUES('09897113dd0be32f6fb6718f7a3395b7ed7919ae5a1228113cc7b1777b212fbd',2107,CAST('{"signatures":[{"keyid":"45787cc4064ed7ca79662dde01f53f66fc4a23c034c8c76657b9850f31351c6b","sig":"6b8637f4d84effd38d1bcc9627bbbd9d1ca48d29994decd6d03a745f5b6c7f7c643e6d60f15e6244cc4e5e559c97e5be31366d80b0ecbbd89c15ea719830c407"},{"keyid":"f5db3f8fb6321ae93e3a13932aaf65edce0c7edff5214057e08855a362e530f3","sig":"297937c8d5296958e5cfdfc4ad4d1700a9a2662b8ee51774b265a6244af6f09e55762739b94400a22433371a316215644de067ff863a40ef055247bc4f046706"}],"signed":{"_type":"root","consistent_snapshot":true,"expires":"2027-11-23T03:01:00Z","keys":{"28b29d33cb9bb5d56124508b52bb5a726e09626a4f1aacad3a2290509a986506":{"keytype":"ed25519","keyval":{"public":"a5dd6f678d79dbcdcd81100e2f03206bd10181d087f71232a65b4a5ea5af739f"},"scheme":"ed25519"},"45787cc4064ed7ca79662dde01f53f66fc4a23c034c8c76657b9850f31351c6b":{"keytype":"ed25519","keyval":{"public":"7bb4cfafcb77d2678c463a9c1c3edce5d105a3f9902f2e9a40cb923ed2449165"},"scheme":"ed25519"},"60b4efb29488aae77a0998789491fc3888d29d52331702a3b28cc5bf6dd83478":{"keytype":"ed25519","keyval":{"public":"4a5464df11bd7265d0466d56af1c07194ea204acab0e403ff9bab58998f3e14a"},"scheme":"ed25519"},"a8030c0fb3c0a25d7cb36fdfe021c06f45fc15d09563ee1896cada10bdc9bab7":{"keytype":"ed25519","keyval":{"public":"484afcbf898e80364754c3004249c7d3459b99701632c4efa2ea297aa39bd1b7"},"scheme":"ed25519"},"f5db3f8fb6321ae93e3a13932aaf65edce0c7edff5214057e08855a362e530f3":{"keytype":"ed25519","keyval":{"public":"d27b87404bb5a24f8d92cabe86c02a7370d46d109cb93caddd0c370f6259633f"},"scheme":"ed25519"}},"roles":{"root":{"keyids":["45787cc4064ed7ca79662dde01f53f66fc4a23c034c8c76657b9850f31351c6b","f5db3f8fb6321ae93e3a13932aaf65edce0c7edff5214057e08855a362e530f3"],"threshold":2},"snapshot":{"keyids":["a8030c0fb3c0a25d7cb36fdfe021c06f45fc15d09563ee1896cada10bdc9bab7"],"threshold":1},"targets":{"keyids":["28b29d33cb9bb5d56124508b52bb5a726e09626a4f1aacad3a2290509a986506"],"threshold":1},"timestamp":{"keyids":["60b4efb29488aae77a0998789491fc3888d29d52331702a3b28cc5bf6dd83478"],"threshold":1}},"spec_version":"1.0.34","version":1,"x-countersign":{"repository":"site","upstream_root_version":1}}}' AS BLOB));
INSERT INTO file VALUES('0dfbde223c270ee119db8c77631c45a834171f63e84f752e97b9fa971ce5a28b',822,CAST('{"signatures":[{"keyid":"a8030c0fb3c0a25d7cb36fdfe021c06f45fc15d09563ee1896cada10bdc9bab7","sig":"562eedadabf3d0d19dba09ecb9b0abd4c702247fe335dbc1b9ffb0f5713ed65d4f8cf4f876d9f1a2327a475fb284e83b04d973a3275537cd042e1046009a390f"}],"signed":{"_type":"snapshot","expires":"2026-12-23T03:02:00Z","meta":{"targets.json":{"hashes":{"sha256":"74cdcd465a16af22c5771ff7bdf7bce9768b31f9ccab3da254d8f7f61f6fdadf"},"length":451,"version":1}},"spec_version":"1.0.34","version":29923382,"x-countersign":{"as_of":{"root_version":1,"snapshot_sha256":"deb304e546238a505219cc9b11993b643f4abcb26e271fe1b3925c2d98035c5f","snapshot_version":1,"timestamp_expires":"2026-11-30T03:00:00Z","timestamp_sha256":"16b2bfcf42f1be3a3a68347deedc8f1757556dd814b972c97974e40bac66b7ff","timestamp_version":1},"generation":1,"import":1,"repository":"site"}}}' AS BLOB));
INSERT INTO file VALUES('63e4024511cb88ca8f0c27fb1b86ba5eb78ea8f2e5b6542661f700b781b0b33e',831,CAST('{"signatures":[{"keyid":"60b4efb29488aae77a0998789491fc3888d29d52331702a3b28cc5bf6dd83478","sig":"a59200aca1adce56f641d8d15d6d001e016d81ff45b36098891eecb2637e8b79bcfbcfddb9f9058870fc58302bebe81ac0f592213a6e5b662ffb8bbec171400e"}],"signed":{"_type":"timestamp","expires":"2026-11-24T03:02:00Z","meta":{"snapshot.json":{"hashes":{"sha256":"0dfbde223c270ee119db8c77631c45a834171f63e84f752e97b9fa971ce5a28b"},"length":822,"version":29923382}},"spec_version":"1.0.34","version":29923382,"x-countersign":{"as_of":{"root_version":1,"snapshot_sha256":"deb304e546238a505219cc9b11993b643f4abcb26e271fe1b3925c2d98035c5f","snapshot_version":1,"timestamp_expires":"2026-11-30T03:00:00Z","timestamp_sha256":"16b2bfcf42f1be3a3a68347deedc8f1757556dd814b972c97974e40bac66b7ff","timestamp_version":1},"generation":1,"import":1,"repository":"site"}}}' AS BLOB));
INSERT INTO file VALUES('a8d0b771b543ff9e0fac26717d3074166926793d81d6ea40134f14dee3b56a7f',831,CAST('{"signatures":[{"keyid":"60b4efb29488aae77a0998789491fc3888d29d52331702a3b28cc5bf6dd83478","sig":"c7e6eea878b2adc5006e7f3ca31a5c56fd90c24e248b55155bb15139d379f2dbcd2d115b2ec6ac6adddd48881ab9b49e0ddadabd26cf8cb7dca200c34673f90f"}],"signed":{"_type":"timestamp","expires":"2026-11-24T03:03:00Z","meta":{"snapshot.json":{"hashes":{"sha256":"0dfbde223c270ee119db8c77631c45a834171f63e84f752e97b9fa971ce5a28b"},"length":822,"version":29923382}},"spec_version":"1.0.34","version":29923383,"x-countersign":{"as_of":{"root_version":1,"snapshot_sha256":"deb304e546238a505219cc9b11993b643f4abcb26e271fe1b3925c2d98035c5f","snapshot_version":1,"timestamp_expires":"2026-11-30T03:00:00Z","timestamp_sha256":"16b2bfcf42f1be3a3a68347deedc8f1757556dd814b972c97974e40bac66b7ff","timestamp_version":1},"generation":1,"import":1,"repository":"site"}}}' AS BLOB));
INSERT INTO file VALUES('d66fa93da5190ff877222617172c153f55a43f39024b9614a3b67dec9de2024d',1568,CAST('{"signatures":[{"keyid":"97a3dcd10390f99e79cbe98042126230afbdfb7bd601db40c056861ccdd8a1a2","sig":"4369e9000309aa4d67f3b85cd9ea066646f43d1e609fd3469775cdb21140f6171113644ad422e5541a8ffae7b9d38cb9321c8f98f3935ca7d714808b82350303"}],"signed":{"_type":"root","expires":"2027-11-23T03:00:00Z","spec_version":"1.0.34","version":2,"consistent_snapshot":true,"keys":{"97a3dcd10390f99e79cbe98042126230afbdfb7bd601db40c056861ccdd8a1a2":{"keytype":"ed25519","keyval":{"public":"f78a3bbb40a693d8edbb84412577b190d62109b8225c2b2154455a8a83cbe233"},"scheme":"ed25519"},"5addac3e0c54b6bd1c756fce18abab32bf6244e684b049b40b3050ca1e980ef4":{"keytype":"ed25519","keyval":{"public":"c9d8f4856d79e6cde61d6a4377be5016b40ea4d5e1f7b570c2bd72c2cd22bc74"},"scheme":"ed25519"},"a273438ed9b9fca3818b93b40d6a3e8d39e4b4acf46623e0c1e2245a3429552e":{"keytype":"ed25519","keyval":{"public":"9475936bd4a666bc91feb24487aba00c8e44f6db5570043695623f29e4590e3b"},"scheme":"ed25519"},"64cc1ded001396490de87bd12512449768241daf38a908f16deee8236869b559":{"keytype":"ed25519","keyval":{"public":"d89a1890f2e1c5fef70722c63a6703b28680dce6381610fca37081e380d3df52"},"scheme":"ed25519"}},"roles":{"root":{"keyids":["97a3dcd10390f99e79cbe98042126230afbdfb7bd601db40c056861ccdd8a1a2"],"threshold":1},"timestamp":{"keyids":["5addac3e0c54b6bd1c756fce18abab32bf6244e684b049b40b3050ca1e980ef4"],"threshold":1},"snapshot":{"keyids":["a273438ed9b9fca3818b93b40d6a3e8d39e4b4acf46623e0c1e2245a3429552e"],"threshold":1},"targets":{"keyids":["64cc1ded001396490de87bd12512449768241daf38a908f16deee8236869b559"],"threshold":1}}}}
' AS BLOB));
INSERT INTO file VALUES('2eac9f2c3f72e3f7594e6ff169a1f0ee25b782bece3f8cc4690b02e7255a4a5f',470,CAST('{"signatures":[{"keyid":"5addac3e0c54b6bd1c756fce18abab32bf6244e684b049b40b3050ca1e980ef4","sig":"33622d360d1d3b86c26bf3fbeeb4732a34c10bbc1b35d09b8601b308073d8928591560e0e30bb4555d06758ed5b10a23c869e93edcea84298f25cd014c354d0f"}],"signed":{"_type":"timestamp","expires":"2026-11-30T03:00:00Z","spec_version":"1.0.34","version":2,"meta":{"snapshot.json":{"hashes":{"sha256":"db1eeb144a95c940ca15ed7e570244094d4fe31ec8c9d60f84a2a635bfb81882"},"length":468,"version":2}}}}
' AS BLOB));
INSERT INTO file VALUES('db1eeb144a95c940ca15ed7e570244094d4fe31ec8c9d60f84a2a635bfb81882',468,CAST('{"signatures":[{"keyid":"a273438ed9b9fca3818b93b40d6a3e8d39e4b4acf46623e0c1e2245a3429552e","sig":"37755059d5fdb5a85e9d77fd5ed452869612a0bc64c4ad5e9e0916733b33ca1c16fc8266f161efecb47527df4bb3ad6c68d134aaadacf96e449ed5cbe63a3302"}],"signed":{"_type":"snapshot","expires":"2026-12-23T03:00:00Z","spec_version":"1.0.34","version":2,"meta":{"targets.json":{"hashes":{"sha256":"6a43654bf67bbf2c52f2e19862c0ecaef239a96c73fb796e0dcd5edb4a4135cd"},"length":561,"version":2}}}}
' AS BLOB));
INSERT INTO file VALUES('6a43654bf67bbf2c52f2e19862c0ecaef239a96c73fb796e0dcd5edb4a4135cd',561,CAST('{"signatures":[{"keyid":"64cc1ded001396490de87bd12512449768241daf38a908f16deee8236869b559","sig":"f4903fe3bd65bb524eff1ac91f750ee125efb8ef07e1f26b452aeebdf56e27a08e5b72d0890aca1126c288d1fe790a4694e727cea8d36d71f7a0241eea24a908"}],"signed":{"_type":"targets","expires":"2027-05-22T03:00:00Z","spec_version":"1.0.34","version":2,"targets":{"one.txt":{"hashes":{"sha256":"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"},"length":3},"two.txt":{"hashes":{"sha256":"3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"},"length":3}}}}
' AS BLOB));
CREATE TABLE repository (
  id                    TEXT PRIMARY KEY,
  dialect               TEXT NOT NULL CHECK (dialect IN ('tuf')),
  upstream              TEXT NOT NULL,
  root_sha256           TEXT NOT NULL REFERENCES file (sha256),
  selection             TEXT NOT NULL,
  max_upstream_age_days INTEGER NOT NULL CHECK (max_upstream_age_days > 0),
  limits                TEXT NOT NULL,
  enrolled_at           TEXT NOT NULL
) STRICT;
INSERT INTO repository VALUES('site','tuf','https://upstream.example/site/','d717cf7d64894399f970860724918fb6abf445973a73b2f32bc26b2afa81103f','{"kind":"all"}',90,'{}','2026-11-23T03:00:00Z');
CREATE TABLE repository_limit (
  number     INTEGER PRIMARY KEY,
  repository TEXT NOT NULL REFERENCES repository (id),
  name       TEXT NOT NULL,
  value      INTEGER NOT NULL CHECK (value > 0),
  at         TEXT NOT NULL
) STRICT;
CREATE TABLE import (
  number      INTEGER PRIMARY KEY,
  repository  TEXT NOT NULL REFERENCES repository (id),
  source      TEXT NOT NULL,
  started_at  TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  outcome     TEXT NOT NULL CHECK (outcome IN ('accepted', 'unchanged', 'refused')),
  code        TEXT,
  what        TEXT,
  candidate   TEXT,
  as_of       TEXT,
  decisions   TEXT NOT NULL,
  notes       TEXT NOT NULL,
  claim       TEXT NOT NULL,
  -- The earlier import with the very same authored files and targets, whose rows stand for this one's; NULL for its own.
  content_of  INTEGER REFERENCES import (number)
) STRICT;
INSERT INTO import VALUES(1,'site','https://upstream.example/site/','2026-11-23T03:01:00.123Z','2026-11-23T03:01:00.123Z','accepted',NULL,NULL,'cc8ec41dbea3dfef913c4390beb971ad7008888f1f4bcafd5b6623481a87b28c','{"rootVersion":1,"timestampVersion":1,"timestampExpires":"2026-11-30T03:00:00.000Z","timestampSha256":"16b2bfcf42f1be3a3a68347deedc8f1757556dd814b972c97974e40bac66b7ff","snapshotVersion":1,"snapshotSha256":"deb304e546238a505219cc9b11993b643f4abcb26e271fe1b3925c2d98035c5f"}','[]','[]','{"as":"ada"}',NULL);
INSERT INTO import VALUES(2,'site','/media/courier/site','2026-11-23T03:04:00.246Z','2026-11-23T03:04:00.246Z','accepted',NULL,NULL,'d642377b7a8aa53304bd63ec73bfd8ce78d1efc105293abffd0028ffbedd59dc','{"rootVersion":2,"timestampVersion":2,"timestampExpires":"2026-11-30T03:00:00.000Z","timestampSha256":"2eac9f2c3f72e3f7594e6ff169a1f0ee25b782bece3f8cc4690b02e7255a4a5f","snapshotVersion":2,"snapshotSha256":"db1eeb144a95c940ca15ed7e570244094d4fe31ec8c9d60f84a2a635bfb81882"}','[]','[]','{"as":"bob","ticket":"CHG-2"}',NULL);
CREATE TABLE import_file (
  import        INTEGER NOT NULL REFERENCES import (number),
  repository    TEXT NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('root', 'timestamp', 'snapshot', 'authored', 'evidence', 'refused')),
  role          TEXT NOT NULL,
  version       INTEGER,
  file_sha256   TEXT NOT NULL REFERENCES file (sha256),
  signed_sha256 TEXT,
  expires       TEXT,
  PRIMARY KEY (import, kind, role, file_sha256)
) STRICT;
INSERT INTO import_file VALUES(1,'site','root','root',1,'d717cf7d64894399f970860724918fb6abf445973a73b2f32bc26b2afa81103f','2539c23538b1efe4a3b7f0444ebe14b00838680d1f160a7e8a70e17837ce1496','2027-11-23T03:00:00.000Z');
INSERT INTO import_file VALUES(1,'site','timestamp','timestamp',1,'16b2bfcf42f1be3a3a68347deedc8f1757556dd814b972c97974e40bac66b7ff','a8979cb4a4c81932139739e07aaf3f10470d642a942f17fbe496dbea4ebdfd9f','2026-11-30T03:00:00.000Z');
INSERT INTO import_file VALUES(1,'site','snapshot','snapshot',1,'deb304e546238a505219cc9b11993b643f4abcb26e271fe1b3925c2d98035c5f','f9c3aff6ce4cf272da7ab6c57fbfe30e6a07b064f04caccb4b277a116dbdc56f','2026-12-23T03:00:00.000Z');
INSERT INTO import_file VALUES(1,'site','authored','targets',1,'74cdcd465a16af22c5771ff7bdf7bce9768b31f9ccab3da254d8f7f61f6fdadf','7045a526d1cb90803b7d3c885c0b91ae58bcee9bda7fa85dd2a9116d2e54e93e','2027-05-22T03:00:00.000Z');
INSERT INTO import_file VALUES(2,'site','root','root',1,'d717cf7d64894399f970860724918fb6abf445973a73b2f32bc26b2afa81103f','2539c23538b1efe4a3b7f0444ebe14b00838680d1f160a7e8a70e17837ce1496','2027-11-23T03:00:00.000Z');
INSERT INTO import_file VALUES(2,'site','root','root',2,'d66fa93da5190ff877222617172c153f55a43f39024b9614a3b67dec9de2024d','9639ff048fb108010a90aa1cbc5e798c0aadaf857b6c5e8e584713bab52e74d3','2027-11-23T03:00:00.000Z');
INSERT INTO import_file VALUES(2,'site','timestamp','timestamp',2,'2eac9f2c3f72e3f7594e6ff169a1f0ee25b782bece3f8cc4690b02e7255a4a5f','5360473cfcadf0fbd0c4c1aad50e8f09c2814d1f53fab65ebf501ce96104e890','2026-11-30T03:00:00.000Z');
INSERT INTO import_file VALUES(2,'site','snapshot','snapshot',2,'db1eeb144a95c940ca15ed7e570244094d4fe31ec8c9d60f84a2a635bfb81882','f9281354014dc7fa01c0eb3c4cb24d0468ead9e2828dfed46ba842c3bcb7d6a2','2026-12-23T03:00:00.000Z');
INSERT INTO import_file VALUES(2,'site','authored','targets',2,'6a43654bf67bbf2c52f2e19862c0ecaef239a96c73fb796e0dcd5edb4a4135cd','ba1624310e815c0c4d87d1fea4dea6a9c18c4ac4c00ea52ad1c402cf29647b41','2027-05-22T03:00:00.000Z');
CREATE TABLE import_target (
  import INTEGER NOT NULL REFERENCES import (number),
  path   TEXT NOT NULL,
  role   TEXT NOT NULL,
  length INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  hashes TEXT NOT NULL,
  PRIMARY KEY (import, path, sha256)
) STRICT;
INSERT INTO import_target VALUES(1,'one.txt','targets',3,'7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed','[["sha256","7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"]]');
INSERT INTO import_target VALUES(2,'one.txt','targets',3,'7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed','[["sha256","7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"]]');
INSERT INTO import_target VALUES(2,'two.txt','targets',3,'3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3','[["sha256","3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"]]');
CREATE TABLE generation (
  repository TEXT NOT NULL REFERENCES repository (id),
  number     INTEGER NOT NULL,
  import     INTEGER NOT NULL REFERENCES import (number),
  created_at TEXT NOT NULL,
  -- The earlier generation with the very same roles, whose rows stand for this one's; NULL for its own.
  roles_of   INTEGER,
  PRIMARY KEY (repository, number)
) STRICT;
INSERT INTO generation VALUES('site',1,1,'2026-11-23T03:02:00Z',NULL);
CREATE TABLE generation_role (
  repository  TEXT NOT NULL,
  generation  INTEGER NOT NULL,
  role        TEXT NOT NULL,
  version     INTEGER NOT NULL,
  length      INTEGER NOT NULL,
  file_sha256 TEXT NOT NULL REFERENCES file (sha256),
  expires     TEXT NOT NULL,
  reachable   INTEGER NOT NULL CHECK (reachable IN (0, 1)),
  PRIMARY KEY (repository, generation, role),
  FOREIGN KEY (repository, generation) REFERENCES generation (repository, number)
) STRICT;
INSERT INTO generation_role VALUES('site',1,'targets',1,451,'74cdcd465a16af22c5771ff7bdf7bce9768b31f9ccab3da254d8f7f61f6fdadf','2027-05-22T03:00:00.000Z',1);
CREATE TABLE issued (
  repository  TEXT NOT NULL REFERENCES repository (id),
  role        TEXT NOT NULL CHECK (role IN ('root', 'snapshot', 'timestamp')),
  -- Which online keys signed it, counted from 1; versions may start over with new keys. Root has one chain: 0.
  epoch       INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  generation  INTEGER NOT NULL,
  file_sha256 TEXT NOT NULL REFERENCES file (sha256),
  expires     TEXT NOT NULL,
  at          TEXT NOT NULL,
  PRIMARY KEY (repository, role, epoch, version)
) STRICT;
INSERT INTO issued VALUES('site','root',0,1,1,'09897113dd0be32f6fb6718f7a3395b7ed7919ae5a1228113cc7b1777b212fbd','2027-11-23T03:01:00Z','2026-11-23T03:02:00Z');
INSERT INTO issued VALUES('site','snapshot',1,29923382,1,'0dfbde223c270ee119db8c77631c45a834171f63e84f752e97b9fa971ce5a28b','2026-12-23T03:02:00Z','2026-11-23T03:02:00Z');
INSERT INTO issued VALUES('site','timestamp',1,29923382,1,'63e4024511cb88ca8f0c27fb1b86ba5eb78ea8f2e5b6542661f700b781b0b33e','2026-11-24T03:02:00Z','2026-11-23T03:02:00Z');
INSERT INTO issued VALUES('site','timestamp',1,29923383,1,'a8d0b771b543ff9e0fac26717d3074166926793d81d6ea40134f14dee3b56a7f','2026-11-24T03:03:00Z','2026-11-23T03:03:00Z');
CREATE TABLE reservation (
  repository TEXT NOT NULL REFERENCES repository (id),
  role       TEXT NOT NULL,
  epoch      INTEGER NOT NULL,
  version    INTEGER NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (repository, role, epoch, version)
) STRICT;
INSERT INTO reservation VALUES('site','snapshot',1,29923382,'2026-11-23T03:02:00Z');
INSERT INTO reservation VALUES('site','timestamp',1,29923382,'2026-11-23T03:02:00Z');
INSERT INTO reservation VALUES('site','timestamp',1,29923383,'2026-11-23T03:03:00Z');
CREATE TABLE current (
  repository        TEXT PRIMARY KEY REFERENCES repository (id),
  generation        INTEGER NOT NULL,
  root_version      INTEGER NOT NULL,
  snapshot_version  INTEGER NOT NULL,
  timestamp_version INTEGER NOT NULL,
  online_epoch      INTEGER NOT NULL
) STRICT;
INSERT INTO "current" VALUES('site',1,1,29923382,29923383,1);
CREATE TABLE writer (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  token  INTEGER NOT NULL,
  holder TEXT NOT NULL
) STRICT;
INSERT INTO writer VALUES(1,8,'maker');
CREATE INDEX import_by_repository ON import (repository, number);
CREATE INDEX import_file_by_role ON import_file (repository, role, version);
CREATE TRIGGER event_without_gaps BEFORE INSERT ON event
  WHEN NEW.idx IS NOT (SELECT COALESCE(MAX(idx), -1) + 1 FROM event)
  BEGIN SELECT RAISE(ABORT, 'event: the next index must follow the last'); END;
CREATE TRIGGER file_not_replaced BEFORE INSERT ON file
  WHEN EXISTS (SELECT 1 FROM file WHERE sha256 = NEW.sha256)
  BEGIN SELECT RAISE(ABORT, 'file: rows are never replaced'); END;
CREATE TRIGGER import_not_replaced BEFORE INSERT ON import
  WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number), 0) + 1 FROM import)
  BEGIN SELECT RAISE(ABORT, 'import: the next number must follow the last'); END;
CREATE TRIGGER generation_not_replaced BEFORE INSERT ON generation
  WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number), 0) + 1 FROM generation WHERE repository = NEW.repository)
  BEGIN SELECT RAISE(ABORT, 'generation: the next number must follow the last'); END;
CREATE TRIGGER issued_not_replaced BEFORE INSERT ON issued
  WHEN NEW.version <= (SELECT MAX(version) FROM issued WHERE repository = NEW.repository AND role = NEW.role AND epoch = NEW.epoch)
  BEGIN SELECT RAISE(ABORT, 'issued: versions only rise'); END;
CREATE TRIGGER reservation_not_replaced BEFORE INSERT ON reservation
  WHEN NEW.version <= (SELECT MAX(version) FROM reservation WHERE repository = NEW.repository AND role = NEW.role AND epoch = NEW.epoch)
  BEGIN SELECT RAISE(ABORT, 'reservation: versions only rise'); END;
CREATE TRIGGER repository_not_replaced BEFORE INSERT ON repository
  WHEN EXISTS (SELECT 1 FROM repository WHERE id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'repository: rows are never replaced'); END;
CREATE TRIGGER repository_limit_not_replaced BEFORE INSERT ON repository_limit
  WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number), 0) + 1 FROM repository_limit)
  BEGIN SELECT RAISE(ABORT, 'repository_limit: the next number must follow the last'); END;
CREATE TRIGGER import_file_not_replaced BEFORE INSERT ON import_file
  WHEN EXISTS (SELECT 1 FROM import_file WHERE import = NEW.import AND kind = NEW.kind AND role = NEW.role AND file_sha256 = NEW.file_sha256)
  BEGIN SELECT RAISE(ABORT, 'import_file: rows are never replaced'); END;
CREATE TRIGGER import_target_not_replaced BEFORE INSERT ON import_target
  WHEN EXISTS (SELECT 1 FROM import_target WHERE import = NEW.import AND path = NEW.path AND sha256 = NEW.sha256)
  BEGIN SELECT RAISE(ABORT, 'import_target: rows are never replaced'); END;
CREATE TRIGGER generation_role_not_replaced BEFORE INSERT ON generation_role
  WHEN EXISTS (SELECT 1 FROM generation_role WHERE repository = NEW.repository AND generation = NEW.generation AND role = NEW.role)
  BEGIN SELECT RAISE(ABORT, 'generation_role: rows are never replaced'); END;
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event: append only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event: append only'); END;
CREATE TRIGGER file_no_update BEFORE UPDATE ON file BEGIN SELECT RAISE(ABORT, 'file: append only'); END;
CREATE TRIGGER file_no_delete BEFORE DELETE ON file BEGIN SELECT RAISE(ABORT, 'file: append only'); END;
CREATE TRIGGER repository_no_update BEFORE UPDATE ON repository BEGIN SELECT RAISE(ABORT, 'repository: append only'); END;
CREATE TRIGGER repository_no_delete BEFORE DELETE ON repository BEGIN SELECT RAISE(ABORT, 'repository: append only'); END;
CREATE TRIGGER repository_limit_no_update BEFORE UPDATE ON repository_limit BEGIN SELECT RAISE(ABORT, 'repository_limit: append only'); END;
CREATE TRIGGER repository_limit_no_delete BEFORE DELETE ON repository_limit BEGIN SELECT RAISE(ABORT, 'repository_limit: append only'); END;
CREATE TRIGGER import_no_update BEFORE UPDATE ON import BEGIN SELECT RAISE(ABORT, 'import: append only'); END;
CREATE TRIGGER import_no_delete BEFORE DELETE ON import BEGIN SELECT RAISE(ABORT, 'import: append only'); END;
CREATE TRIGGER import_file_no_update BEFORE UPDATE ON import_file BEGIN SELECT RAISE(ABORT, 'import_file: append only'); END;
CREATE TRIGGER import_file_no_delete BEFORE DELETE ON import_file BEGIN SELECT RAISE(ABORT, 'import_file: append only'); END;
CREATE TRIGGER import_target_no_update BEFORE UPDATE ON import_target BEGIN SELECT RAISE(ABORT, 'import_target: append only'); END;
CREATE TRIGGER import_target_no_delete BEFORE DELETE ON import_target BEGIN SELECT RAISE(ABORT, 'import_target: append only'); END;
CREATE TRIGGER generation_no_update BEFORE UPDATE ON generation BEGIN SELECT RAISE(ABORT, 'generation: append only'); END;
CREATE TRIGGER generation_no_delete BEFORE DELETE ON generation BEGIN SELECT RAISE(ABORT, 'generation: append only'); END;
CREATE TRIGGER generation_role_no_update BEFORE UPDATE ON generation_role BEGIN SELECT RAISE(ABORT, 'generation_role: append only'); END;
CREATE TRIGGER generation_role_no_delete BEFORE DELETE ON generation_role BEGIN SELECT RAISE(ABORT, 'generation_role: append only'); END;
CREATE TRIGGER issued_no_update BEFORE UPDATE ON issued BEGIN SELECT RAISE(ABORT, 'issued: append only'); END;
CREATE TRIGGER issued_no_delete BEFORE DELETE ON issued BEGIN SELECT RAISE(ABORT, 'issued: append only'); END;
CREATE TRIGGER reservation_no_update BEFORE UPDATE ON reservation BEGIN SELECT RAISE(ABORT, 'reservation: append only'); END;
CREATE TRIGGER reservation_no_delete BEFORE DELETE ON reservation BEGIN SELECT RAISE(ABORT, 'reservation: append only'); END;
COMMIT;
