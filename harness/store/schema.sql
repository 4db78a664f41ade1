-- Schema v1 of the experiment store (SQLite 3.40.1 or later).
-- Per connection: journal_mode=WAL, foreign_keys=ON, busy_timeout=10000, synchronous=NORMAL;
-- run the final commit of a run with synchronous=FULL.
-- Identity lives in 64-hex SHA-256 columns; joins use integer keys.

-- 1. Content, stored once -----------------------------------------------------------------
CREATE TABLE blob(
  blob_id INTEGER PRIMARY KEY,
  hash    TEXT NOT NULL UNIQUE CHECK(length(hash)=64),   -- sha256 of body
  kind    TEXT NOT NULL CHECK(kind IN('prompt','passage','question','target','config','template','diff','log')),
  bytes   INTEGER NOT NULL CHECK(bytes>=0),
  body    TEXT NOT NULL) STRICT;

CREATE TABLE dataset(
  dataset_id INTEGER PRIMARY KEY,
  hash    TEXT NOT NULL UNIQUE CHECK(length(hash)=64),   -- sha256 over the item hashes, in order
  name    TEXT NOT NULL, version TEXT NOT NULL,
  split   TEXT NOT NULL CHECK(split IN('train','valid','test','corpus')),
  items   INTEGER NOT NULL CHECK(items>=0),               -- rows in item for a test set; sequences for a training set
  source  TEXT NOT NULL, licence TEXT NOT NULL) STRICT;

CREATE TABLE item(
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  item_no  INTEGER NOT NULL, item_id TEXT NOT NULL,
  cluster  TEXT NOT NULL DEFAULT '',                      -- for clustered standard errors
  question INTEGER NOT NULL REFERENCES blob,
  target   INTEGER NOT NULL REFERENCES blob,              -- JSON list of the accepted answers
  meta     TEXT NOT NULL DEFAULT '{}' CHECK(json_valid(meta)),    -- "slice", "answerable", the user's own
  details  TEXT NOT NULL DEFAULT '{}' CHECK(json_valid(details)), -- choices, answer, gold_docs where there are any
  PRIMARY KEY(dataset_id,item_no), UNIQUE(dataset_id,item_id)) STRICT, WITHOUT ROWID;

-- 2. What was asked -----------------------------------------------------------------------
CREATE TABLE experiment(
  experiment_id INTEGER PRIMARY KEY, name TEXT NOT NULL,
  config_hash TEXT NOT NULL UNIQUE CHECK(length(config_hash)=64),
  config  TEXT NOT NULL CHECK(json_valid(config)),        -- resolved, canonical JSON
  source  INTEGER NOT NULL REFERENCES blob,               -- the TOML as the user wrote it
  created_at TEXT NOT NULL) STRICT;

CREATE TABLE strategy(
  strategy_id INTEGER PRIMARY KEY,
  hash    TEXT NOT NULL UNIQUE CHECK(length(hash)=64), label TEXT NOT NULL,
  context TEXT NOT NULL CHECK(json_valid(context)),       -- zero-shot | few-shot | rag | oracle ...
  model   TEXT NOT NULL CHECK(json_valid(model))) STRICT; -- base | lora | full, plus weights hash

CREATE TABLE cell(                                        -- one task under one strategy: pure specification
  cell_id INTEGER PRIMARY KEY,
  hash    TEXT NOT NULL UNIQUE CHECK(length(hash)=64),
  spec    TEXT NOT NULL CHECK(json_valid(spec)),          -- canonical JSON; hash is its sha256
  suite   TEXT NOT NULL, task TEXT NOT NULL, task_version TEXT NOT NULL,
  dataset_id  INTEGER NOT NULL REFERENCES dataset,
  strategy_id INTEGER NOT NULL REFERENCES strategy,
  seed    INTEGER,                                        -- NULL: nothing in this cell depends on a seed
  decoding TEXT NOT NULL CHECK(json_valid(decoding)),
  expected INTEGER NOT NULL CHECK(expected>=0)) STRICT;
CREATE INDEX cell_by_strategy ON cell(strategy_id,suite,task);

-- 3. What happened ------------------------------------------------------------------------
CREATE TABLE environment(
  env_id  INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE CHECK(length(hash)=64),
  git_commit TEXT NOT NULL, git_dirty INTEGER NOT NULL CHECK(git_dirty IN(0,1)),
  diff    INTEGER REFERENCES blob,                        -- uncommitted patch, if dirty
  build   TEXT NOT NULL CHECK(json_valid(build)),         -- compiler, flags, CUDA arch
  hardware TEXT NOT NULL CHECK(json_valid(hardware)),     -- cpu, gpu, driver, memory
  libraries TEXT NOT NULL CHECK(json_valid(libraries)),   -- torch, cuda, faiss, spm, sqlite, fmt
  determinism TEXT NOT NULL CHECK(json_valid(determinism))) STRICT; -- tf32, threads, cublas workspace

CREATE TABLE run(                                         -- one invocation of the program
  run_id  INTEGER PRIMARY KEY,
  hash    TEXT NOT NULL UNIQUE CHECK(length(hash)=64),    -- a name for this run that no other store has
  experiment_id INTEGER NOT NULL REFERENCES experiment, env_id INTEGER NOT NULL REFERENCES environment,
  reproduces INTEGER REFERENCES run(run_id), argv TEXT NOT NULL CHECK(json_valid(argv)),
  options TEXT NOT NULL DEFAULT '{}' CHECK(json_valid(options)),  -- what --limit and --only left out
  state   TEXT NOT NULL CHECK(state IN('running','done','failed','interrupted')),
  started_at TEXT NOT NULL, heartbeat_at TEXT NOT NULL, ended_at TEXT, error TEXT) STRICT;

CREATE TABLE run_input(                                   -- everything a run read, by hash
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  name TEXT NOT NULL,                                     -- 'model', 'suite company_qa/corpus.jsonl', ...
  path TEXT NOT NULL, hash TEXT NOT NULL CHECK(length(hash)=64),
  PRIMARY KEY(run_id,name)) STRICT, WITHOUT ROWID;

CREATE TABLE training(
  training_id INTEGER PRIMARY KEY, hash TEXT NOT NULL CHECK(length(hash)=64), -- spec hash
  run_id  INTEGER NOT NULL REFERENCES run, dataset_id INTEGER NOT NULL REFERENCES dataset,
  seed    INTEGER NOT NULL,
  method  TEXT NOT NULL CHECK(method IN('lora','full')),
  config  TEXT NOT NULL CHECK(json_valid(config)),
  state   TEXT NOT NULL CHECK(state IN('running','done','failed','interrupted')),
  last_step INTEGER NOT NULL DEFAULT 0, steps INTEGER, trainable_params INTEGER, peak_bytes INTEGER,
  seconds REAL, flops REAL, weights_hash TEXT CHECK(weights_hash IS NULL OR length(weights_hash)=64),
  tokens INTEGER, error TEXT) STRICT;
CREATE INDEX training_by_hash ON training(hash,state);

CREATE TABLE training_step(
  training_id INTEGER NOT NULL REFERENCES training ON DELETE CASCADE,
  step INTEGER NOT NULL, split TEXT NOT NULL CHECK(split IN('train','valid')),
  loss REAL, grad_norm REAL, lr REAL, tokens INTEGER NOT NULL, seconds REAL NOT NULL,
  PRIMARY KEY(training_id,step,split)) STRICT, WITHOUT ROWID;

CREATE TABLE attempt(                                     -- one execution of a cell (key -> many values)
  attempt_id INTEGER PRIMARY KEY,
  cell_id INTEGER NOT NULL REFERENCES cell, run_id INTEGER NOT NULL REFERENCES run,
  training_id INTEGER REFERENCES training, index_hash TEXT,
  state   TEXT NOT NULL CHECK(state IN('running','done','failed','interrupted')),
  output_hash TEXT CHECK(output_hash IS NULL OR length(output_hash)=64), -- over all outputs; proves reproduction
  seconds REAL, flops REAL, peak_bytes INTEGER, error TEXT) STRICT;
CREATE INDEX attempt_by_cell ON attempt(cell_id,state);
CREATE INDEX attempt_by_run ON attempt(run_id);

CREATE TABLE run_cell(                                    -- which attempt a run's report uses
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, cell_id INTEGER NOT NULL REFERENCES cell,
  position INTEGER NOT NULL,                              -- in the order of the plan
  context TEXT NOT NULL, tuning TEXT NOT NULL,            -- the user's names: [context.NAME], [tuning.NAME] or base
  attempt_id INTEGER REFERENCES attempt, origin TEXT NOT NULL CHECK(origin IN('planned','computed','cached')),
  metrics TEXT NOT NULL DEFAULT '[]' CHECK(json_valid(metrics)),  -- names, the primary one first
  PRIMARY KEY(run_id,cell_id)) STRICT, WITHOUT ROWID;

CREATE TABLE record(                                      -- one item, one answer
  record_id INTEGER PRIMARY KEY,
  attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE,
  item_no INTEGER NOT NULL, sample INTEGER NOT NULL DEFAULT 0,
  prompt  INTEGER NOT NULL REFERENCES blob, output TEXT NOT NULL, answer TEXT,
  stop    TEXT NOT NULL CHECK(stop IN('eos','length','stop_string','choice','error')),
  prompt_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
  retrieve_ms REAL, prefill_ms REAL, decode_ms REAL, logprob REAL,
  truncated INTEGER NOT NULL DEFAULT 0 CHECK(truncated IN(0,1)),  -- passages or examples left out to fit
  delivered INTEGER CHECK(delivered IN(0,1)),             -- gold text in the final prompt; NULL: no passages
  error TEXT,
  UNIQUE(attempt_id,item_no,sample)) STRICT;

CREATE TABLE retrieval(
  record_id INTEGER NOT NULL REFERENCES record ON DELETE CASCADE, rank INTEGER NOT NULL,
  passage INTEGER NOT NULL REFERENCES blob, doc_id TEXT NOT NULL, score REAL NOT NULL,
  relevant INTEGER CHECK(relevant IN(0,1)), in_prompt INTEGER NOT NULL CHECK(in_prompt IN(0,1)),
  PRIMARY KEY(record_id,rank)) STRICT, WITHOUT ROWID;

-- 4. What we conclude (all recomputable from section 3) -----------------------------------
-- method of a summary: 'cluster_t' over the answerable items, 'cluster_t unanswerable' over the rest.
CREATE TABLE score(
  record_id INTEGER NOT NULL REFERENCES record ON DELETE CASCADE,
  metric TEXT NOT NULL, metric_version TEXT NOT NULL,
  value REAL,                                             -- NULL = unscorable, never 0
  PRIMARY KEY(record_id,metric,metric_version)) STRICT, WITHOUT ROWID;

CREATE TABLE summary(
  attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE,
  metric TEXT NOT NULL, metric_version TEXT NOT NULL, method TEXT NOT NULL,
  n INTEGER NOT NULL, unscored INTEGER NOT NULL, clusters INTEGER NOT NULL,
  mean REAL, stderr REAL, lo REAL, hi REAL,
  PRIMARY KEY(attempt_id,metric,metric_version,method)) STRICT, WITHOUT ROWID;

CREATE TABLE artifact(                                    -- big files stay outside the database
  artifact_id INTEGER PRIMARY KEY, hash TEXT NOT NULL CHECK(length(hash)=64),
  kind TEXT NOT NULL CHECK(kind IN('weights','adapter','checkpoint','index','report','log')),
  path TEXT NOT NULL UNIQUE,                              -- from the folder <store without extension>.artifacts
  bytes INTEGER NOT NULL,
  run_id INTEGER REFERENCES run, training_id INTEGER REFERENCES training, step INTEGER) STRICT;

CREATE VIEW attempt_progress AS
  SELECT a.attempt_id, c.suite, c.task, a.state, c.expected,
         count(r.record_id) AS have, c.expected-count(r.record_id) AS missing
  FROM attempt a JOIN cell c USING(cell_id) LEFT JOIN record r ON r.attempt_id=a.attempt_id AND r.sample=0
  GROUP BY a.attempt_id;

PRAGMA application_id=1363430996;  -- QDNT: tells our stores from other SQLite files
PRAGMA user_version=1;
