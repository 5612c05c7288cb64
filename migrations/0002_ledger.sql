-- The ledger: everything that happened, as leaves of a Merkle tree (RFC 6962). It is the truth; the tables below it are
-- projections that can be rebuilt from it and are compared with it. Rows are added and never changed, except in `current`.
-- Readable with the sqlite3 command. All times are RFC 3339 UTC.
--
-- What the plain record held is set aside under other names; in the same transaction the program translates it into
-- leaves, rebuilds every projection from them, and drops it (src/ledger/plain-record.ts).

DROP TRIGGER event_without_gaps;
DROP TRIGGER import_not_replaced;
DROP TRIGGER generation_not_replaced;
DROP TRIGGER issued_not_replaced;
DROP TRIGGER reservation_not_replaced;
DROP TRIGGER reservation_no_update;
DROP TRIGGER reservation_no_delete;
DROP TRIGGER repository_not_replaced;
DROP TRIGGER repository_limit_not_replaced;
DROP TRIGGER import_file_not_replaced;
DROP TRIGGER import_target_not_replaced;
DROP TRIGGER generation_role_not_replaced;
DROP TRIGGER event_no_update;
DROP TRIGGER event_no_delete;
DROP TRIGGER repository_no_update;
DROP TRIGGER repository_no_delete;
DROP TRIGGER repository_limit_no_update;
DROP TRIGGER repository_limit_no_delete;
DROP TRIGGER import_no_update;
DROP TRIGGER import_no_delete;
DROP TRIGGER import_file_no_update;
DROP TRIGGER import_file_no_delete;
DROP TRIGGER import_target_no_update;
DROP TRIGGER import_target_no_delete;
DROP TRIGGER generation_no_update;
DROP TRIGGER generation_no_delete;
DROP TRIGGER generation_role_no_update;
DROP TRIGGER generation_role_no_delete;
DROP TRIGGER issued_no_update;
DROP TRIGGER issued_no_delete;
DROP INDEX import_by_repository;
DROP INDEX import_file_by_role;

ALTER TABLE event RENAME TO plain_event;
ALTER TABLE repository RENAME TO plain_repository;
ALTER TABLE repository_limit RENAME TO plain_repository_limit;
ALTER TABLE import RENAME TO plain_import;
ALTER TABLE import_file RENAME TO plain_import_file;
ALTER TABLE import_target RENAME TO plain_import_target;
ALTER TABLE generation RENAME TO plain_generation;
ALTER TABLE generation_role RENAME TO plain_generation_role;
ALTER TABLE issued RENAME TO plain_issued;
ALTER TABLE current RENAME TO plain_current;
ALTER TABLE reservation RENAME TO plain_reservation;

-- The exact bytes of each leaf, as text. `type` is read out of them: it cannot say something else.
CREATE TABLE log_entry (
  idx  INTEGER PRIMARY KEY CHECK (idx >= 0),
  body TEXT NOT NULL CHECK (length(CAST(body AS BLOB)) BETWEEN 2 AND 65535),
  type TEXT GENERATED ALWAYS AS (body ->> '$.type') VIRTUAL
) STRICT;
CREATE INDEX log_entry_by_type ON log_entry (type);

-- Hashes of complete subtrees; level 0 is the leaves. Proofs of any size are computed from these.
CREATE TABLE log_node (
  level    INTEGER NOT NULL,
  position INTEGER NOT NULL,
  hash     BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;

-- Checkpoints that were released, as signed notes (C2SP tlog-checkpoint).
CREATE TABLE checkpoint (
  size       INTEGER PRIMARY KEY,
  root       BLOB NOT NULL CHECK (length(root) = 32),
  note       TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

-- What the log key signed last, written with the leaves themselves: leaves beyond it are nobody's, and nothing is signed
-- on them. Not yet for others: that is `checkpoint`.
CREATE TABLE signed_head (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  note TEXT NOT NULL
) STRICT;

-- What witnesses answered, line by line.
CREATE TABLE cosignature (
  size INTEGER NOT NULL REFERENCES checkpoint (size),
  line TEXT NOT NULL,
  PRIMARY KEY (size, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE repository (
  id                    TEXT PRIMARY KEY,
  dialect               TEXT NOT NULL CHECK (dialect IN ('tuf', 'notary')),
  -- Of Notary’s: the name upstream, and the one under which clients ask here.
  collection            TEXT,
  served_as             TEXT UNIQUE,
  upstream              TEXT NOT NULL,
  root_sha256           TEXT NOT NULL REFERENCES file (sha256),
  selection             TEXT NOT NULL,
  max_upstream_age_days INTEGER NOT NULL CHECK (max_upstream_age_days > 0),
  limits                TEXT NOT NULL,
  enrolled_at           TEXT NOT NULL,
  entry                 INTEGER NOT NULL REFERENCES log_entry (idx)
) STRICT;

-- Bounds raised or lowered after enrolment, each by a recorded decision; the last row of a name holds.
CREATE TABLE repository_limit (
  entry      INTEGER NOT NULL REFERENCES log_entry (idx),
  repository TEXT NOT NULL REFERENCES repository (id),
  name       TEXT NOT NULL,
  value      INTEGER NOT NULL CHECK (value > 0),
  PRIMARY KEY (entry, name)
) STRICT, WITHOUT ROWID;

-- One attempt to bring a state in, whatever came of it. Who, why and from which folder are commitments to values in
-- sealed.sqlite (columns `account`, `reason`, `place`, `what_sealed`).
CREATE TABLE import (
  number          INTEGER PRIMARY KEY,
  repository      TEXT NOT NULL REFERENCES repository (id),
  claim_entry     INTEGER NOT NULL REFERENCES log_entry (idx),
  entry           INTEGER NOT NULL REFERENCES log_entry (idx),
  uri             TEXT,
  place           TEXT,
  actor           TEXT NOT NULL,
  account         TEXT,
  ticket          TEXT,
  reason          TEXT,
  started_at      TEXT NOT NULL,
  finished_at     TEXT NOT NULL,
  outcome         TEXT NOT NULL CHECK (outcome IN ('accepted', 'unchanged', 'refused')),
  code            TEXT,
  what            TEXT,
  what_sealed     TEXT,
  candidate       TEXT,
  as_of           TEXT,
  decisions       TEXT NOT NULL,
  notes_sha256    TEXT NOT NULL REFERENCES file (sha256),
  authored_sha256 TEXT NOT NULL REFERENCES file (sha256),
  carried_sha256  TEXT NOT NULL REFERENCES file (sha256),
  targets_root    TEXT,
  -- The earlier import with the very same authored files and targets, whose rows stand for this one's; NULL for its own.
  content_of      INTEGER REFERENCES import (number)
) STRICT;
CREATE INDEX import_by_repository ON import (repository, number);

-- Upstream's files as one import saw them. `refused` files were received and not verified.
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
CREATE INDEX import_file_by_role ON import_file (repository, role, version);

-- Target files that an import carries; the bytes are in blobs/sha256/.
CREATE TABLE import_target (
  import INTEGER NOT NULL REFERENCES import (number),
  path   TEXT NOT NULL,
  role   TEXT NOT NULL,
  length INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  hashes TEXT NOT NULL,
  PRIMARY KEY (import, path, sha256)
) STRICT;
CREATE INDEX import_target_by_digest ON import_target (sha256);

-- What people said about imports: approve, reject, or withdraw an earlier answer. Whether that is enough is never read
-- from here: it is evaluated from the leaves when something is signed (src/gate/).
CREATE TABLE approval (
  entry       INTEGER PRIMARY KEY REFERENCES log_entry (idx),
  import      INTEGER NOT NULL REFERENCES import (number),
  repository  TEXT NOT NULL,
  actor       TEXT NOT NULL,
  decision    TEXT NOT NULL CHECK (decision IN ('approve', 'reject', 'withdraw')),
  as_role     TEXT,
  key         TEXT,
  valid_until TEXT,
  at          TEXT NOT NULL
) STRICT;

-- One published state.
CREATE TABLE generation (
  repository   TEXT NOT NULL REFERENCES repository (id),
  number       INTEGER NOT NULL,
  import       INTEGER NOT NULL REFERENCES import (number),
  created_at   TEXT NOT NULL,
  roles_sha256 TEXT NOT NULL REFERENCES file (sha256),
  entry        INTEGER NOT NULL REFERENCES log_entry (idx),
  -- The earlier generation with the very same roles, whose rows stand for this one's; NULL for its own.
  roles_of     INTEGER,
  PRIMARY KEY (repository, number)
) STRICT;

-- The authored roles that a generation's snapshot lists, those kept from earlier generations included.
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

-- Mirror roles as issued: root, snapshot, timestamp.
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
  entry       INTEGER NOT NULL REFERENCES log_entry (idx),
  PRIMARY KEY (repository, role, epoch, version)
) STRICT;
CREATE INDEX issued_by_time ON issued (repository, role, at);

-- Versions taken before signing, so that a crash can never lead to two files of one version. Not a projection: a counter
-- that only rises.
CREATE TABLE reservation (
  repository TEXT NOT NULL,
  role       TEXT NOT NULL,
  epoch      INTEGER NOT NULL,
  version    INTEGER NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (repository, role, epoch, version)
) STRICT;
INSERT INTO reservation SELECT repository, role, epoch, version, at FROM plain_reservation ORDER BY repository, role, epoch, version;

-- The pointer that a publication moves.
CREATE TABLE current (
  repository        TEXT PRIMARY KEY REFERENCES repository (id),
  generation        INTEGER NOT NULL,
  root_version      INTEGER NOT NULL,
  snapshot_version  INTEGER NOT NULL,
  timestamp_version INTEGER NOT NULL,
  online_epoch      INTEGER NOT NULL,
  -- The leaf of the timestamp.
  entry             INTEGER NOT NULL REFERENCES log_entry (idx)
) STRICT;

-- INSERT OR REPLACE deletes silently unless the next index is demanded before the insert (security catalogue S-02).
CREATE TRIGGER log_entry_without_gaps BEFORE INSERT ON log_entry
  WHEN NEW.idx IS NOT (SELECT COALESCE(MAX(idx), -1) + 1 FROM log_entry)
  BEGIN SELECT RAISE(ABORT, 'log_entry: the next index must follow the last'); END;
CREATE TRIGGER log_node_not_replaced BEFORE INSERT ON log_node
  WHEN EXISTS (SELECT 1 FROM log_node WHERE level = NEW.level AND position = NEW.position)
  BEGIN SELECT RAISE(ABORT, 'log_node: rows are never replaced'); END;
CREATE TRIGGER checkpoint_only_grows BEFORE INSERT ON checkpoint
  WHEN NEW.size <= (SELECT MAX(size) FROM checkpoint)
  BEGIN SELECT RAISE(ABORT, 'checkpoint: a log only grows'); END;
CREATE TRIGGER cosignature_not_replaced BEFORE INSERT ON cosignature
  WHEN EXISTS (SELECT 1 FROM cosignature WHERE size = NEW.size AND line = NEW.line)
  BEGIN SELECT RAISE(ABORT, 'cosignature: rows are never replaced'); END;
CREATE TRIGGER import_follows BEFORE INSERT ON import
  WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number), 0) + 1 FROM import)
  BEGIN SELECT RAISE(ABORT, 'import: the next number must follow the last'); END;
CREATE TRIGGER generation_follows BEFORE INSERT ON generation
  WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number), 0) + 1 FROM generation WHERE repository = NEW.repository)
  BEGIN SELECT RAISE(ABORT, 'generation: the next number must follow the last'); END;
CREATE TRIGGER issued_rises BEFORE INSERT ON issued
  WHEN NEW.version <= (SELECT MAX(version) FROM issued WHERE repository = NEW.repository AND role = NEW.role AND epoch = NEW.epoch)
  BEGIN SELECT RAISE(ABORT, 'issued: versions only rise'); END;
CREATE TRIGGER reservation_rises BEFORE INSERT ON reservation
  WHEN NEW.version <= (SELECT MAX(version) FROM reservation WHERE repository = NEW.repository AND role = NEW.role AND epoch = NEW.epoch)
  BEGIN SELECT RAISE(ABORT, 'reservation: versions only rise'); END;
CREATE TRIGGER repository_kept BEFORE INSERT ON repository
  WHEN EXISTS (SELECT 1 FROM repository WHERE id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'repository: rows are never replaced'); END;
CREATE TRIGGER repository_limit_kept BEFORE INSERT ON repository_limit
  WHEN EXISTS (SELECT 1 FROM repository_limit WHERE entry = NEW.entry AND name = NEW.name)
  BEGIN SELECT RAISE(ABORT, 'repository_limit: rows are never replaced'); END;
CREATE TRIGGER import_file_kept BEFORE INSERT ON import_file
  WHEN EXISTS (SELECT 1 FROM import_file WHERE import = NEW.import AND kind = NEW.kind AND role = NEW.role AND file_sha256 = NEW.file_sha256)
  BEGIN SELECT RAISE(ABORT, 'import_file: rows are never replaced'); END;
CREATE TRIGGER import_target_kept BEFORE INSERT ON import_target
  WHEN EXISTS (SELECT 1 FROM import_target WHERE import = NEW.import AND path = NEW.path AND sha256 = NEW.sha256)
  BEGIN SELECT RAISE(ABORT, 'import_target: rows are never replaced'); END;
CREATE TRIGGER approval_kept BEFORE INSERT ON approval
  WHEN EXISTS (SELECT 1 FROM approval WHERE entry = NEW.entry)
  BEGIN SELECT RAISE(ABORT, 'approval: rows are never replaced'); END;
CREATE TRIGGER generation_role_kept BEFORE INSERT ON generation_role
  WHEN EXISTS (SELECT 1 FROM generation_role WHERE repository = NEW.repository AND generation = NEW.generation AND role = NEW.role)
  BEGIN SELECT RAISE(ABORT, 'generation_role: rows are never replaced'); END;

CREATE TRIGGER log_entry_no_update BEFORE UPDATE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry: append only'); END;
CREATE TRIGGER log_entry_no_delete BEFORE DELETE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry: append only'); END;
CREATE TRIGGER log_node_no_update BEFORE UPDATE ON log_node BEGIN SELECT RAISE(ABORT, 'log_node: append only'); END;
CREATE TRIGGER log_node_no_delete BEFORE DELETE ON log_node BEGIN SELECT RAISE(ABORT, 'log_node: append only'); END;
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoint: append only'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoint: append only'); END;
CREATE TRIGGER cosignature_no_update BEFORE UPDATE ON cosignature BEGIN SELECT RAISE(ABORT, 'cosignature: append only'); END;
CREATE TRIGGER cosignature_no_delete BEFORE DELETE ON cosignature BEGIN SELECT RAISE(ABORT, 'cosignature: append only'); END;
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
CREATE TRIGGER approval_no_update BEFORE UPDATE ON approval BEGIN SELECT RAISE(ABORT, 'approval: append only'); END;
CREATE TRIGGER approval_no_delete BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'approval: append only'); END;
CREATE TRIGGER generation_no_update BEFORE UPDATE ON generation BEGIN SELECT RAISE(ABORT, 'generation: append only'); END;
CREATE TRIGGER generation_no_delete BEFORE DELETE ON generation BEGIN SELECT RAISE(ABORT, 'generation: append only'); END;
CREATE TRIGGER generation_role_no_update BEFORE UPDATE ON generation_role BEGIN SELECT RAISE(ABORT, 'generation_role: append only'); END;
CREATE TRIGGER generation_role_no_delete BEFORE DELETE ON generation_role BEGIN SELECT RAISE(ABORT, 'generation_role: append only'); END;
CREATE TRIGGER issued_no_update BEFORE UPDATE ON issued BEGIN SELECT RAISE(ABORT, 'issued: append only'); END;
CREATE TRIGGER issued_no_delete BEFORE DELETE ON issued BEGIN SELECT RAISE(ABORT, 'issued: append only'); END;
CREATE TRIGGER reservation_no_update BEFORE UPDATE ON reservation BEGIN SELECT RAISE(ABORT, 'reservation: append only'); END;
CREATE TRIGGER reservation_no_delete BEFORE DELETE ON reservation BEGIN SELECT RAISE(ABORT, 'reservation: append only'); END;
