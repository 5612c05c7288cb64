-- Upstreams that will never answer again: what `import` brought is the end of it. The leaf says who agreed, and why.
CREATE TABLE retirement (
  repository TEXT PRIMARY KEY REFERENCES repository (id),
  import     INTEGER NOT NULL REFERENCES import (number),
  entry      INTEGER NOT NULL REFERENCES log_entry (idx)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER retirement_kept BEFORE INSERT ON retirement
  WHEN EXISTS (SELECT 1 FROM retirement WHERE repository = NEW.repository)
  BEGIN SELECT RAISE(ABORT, 'retirement: rows are never replaced'); END;
CREATE TRIGGER retirement_no_update BEFORE UPDATE ON retirement BEGIN SELECT RAISE(ABORT, 'retirement: append only'); END;
CREATE TRIGGER retirement_no_delete BEFORE DELETE ON retirement BEGIN SELECT RAISE(ABORT, 'retirement: append only'); END;
