-- The record: who imported what, what was published, what was signed.
--
-- `event` is the truth, in order; the other tables are its projections and the bytes it speaks of. Rows are added and
-- never changed, except in `current`, which holds the one pointer per repository that a publication moves.
-- Readable with the sqlite3 command. All times are RFC 3339 UTC.

-- Everything that happened, one row each, without gaps. `sha256` is of the row's canonical form, which names the digest of
-- the row before (see src/ledger/events.ts).
CREATE TABLE event (
  idx        INTEGER PRIMARY KEY,
  at         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  repository TEXT,
  body       TEXT NOT NULL,
  sha256     TEXT NOT NULL
) STRICT;

-- Bytes of metadata files, upstream's and ours, by digest.
CREATE TABLE file (
  sha256 TEXT NOT NULL UNIQUE,
  length INTEGER NOT NULL,
  bytes  BLOB NOT NULL
) STRICT;

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

-- Bounds raised or lowered after enrolment, each by a recorded decision; the last row of a name holds.
CREATE TABLE repository_limit (
  number     INTEGER PRIMARY KEY,
  repository TEXT NOT NULL REFERENCES repository (id),
  name       TEXT NOT NULL,
  value      INTEGER NOT NULL CHECK (value > 0),
  at         TEXT NOT NULL
) STRICT;

-- One attempt to bring a state in, whatever came of it.
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

-- One published state.
CREATE TABLE generation (
  repository TEXT NOT NULL REFERENCES repository (id),
  number     INTEGER NOT NULL,
  import     INTEGER NOT NULL REFERENCES import (number),
  created_at TEXT NOT NULL,
  -- The earlier generation with the very same roles, whose rows stand for this one's; NULL for its own.
  roles_of   INTEGER,
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
  PRIMARY KEY (repository, role, epoch, version)
) STRICT;

-- Versions taken before signing, so that a crash can never lead to two files of one version.
CREATE TABLE reservation (
  repository TEXT NOT NULL REFERENCES repository (id),
  role       TEXT NOT NULL,
  epoch      INTEGER NOT NULL,
  version    INTEGER NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (repository, role, epoch, version)
) STRICT;

-- The pointer that a publication moves, naming the old value in its WHERE clause.
CREATE TABLE current (
  repository        TEXT PRIMARY KEY REFERENCES repository (id),
  generation        INTEGER NOT NULL,
  root_version      INTEGER NOT NULL,
  snapshot_version  INTEGER NOT NULL,
  timestamp_version INTEGER NOT NULL,
  online_epoch      INTEGER NOT NULL
) STRICT;

-- Fencing: a writer that lost its lock finds another token here and cannot commit.
CREATE TABLE writer (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  token  INTEGER NOT NULL,
  holder TEXT NOT NULL
) STRICT;
INSERT INTO writer (id, token, holder) VALUES (1, 0, 'nobody');

-- INSERT OR REPLACE deletes silently unless the next index is demanded before the insert (security catalogue S-02).
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
