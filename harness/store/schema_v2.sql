-- Step from schema v1 to v2: what a run judges by, frozen, and which wording of the prompt was used.

CREATE TABLE lock(                                        -- one suite of a run, before its first test answer
  run_id  INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, suite TEXT NOT NULL,
  hash    TEXT NOT NULL CHECK(length(hash)=64),           -- sha256 of spec
  subject TEXT NOT NULL CHECK(length(subject)=64),        -- what is judged: test items and base weights
  spec    TEXT NOT NULL CHECK(json_valid(spec)),          -- metric, primary family, margin, corrections; canonical JSON
  note    TEXT NOT NULL DEFAULT '',                       -- not empty: an earlier run judged this subject otherwise
  locked_at TEXT NOT NULL,
  PRIMARY KEY(run_id,suite)) STRICT, WITHOUT ROWID;
CREATE INDEX lock_by_subject ON lock(subject);

ALTER TABLE record ADD COLUMN wording INTEGER NOT NULL DEFAULT 0;  -- of the prompt template, from 0

-- A further method of a summary: 'corpus_bootstrap', for metrics that are no means of their items.

PRAGMA user_version=2;
