-- Step from schema v2 to v3: two more costs.

ALTER TABLE attempt ADD COLUMN energy_j REAL;        -- of the whole machine meanwhile; NULL: not readable
ALTER TABLE attempt ADD COLUMN index_bytes INTEGER;  -- of the retrieval index; NULL: none, or not recorded
ALTER TABLE training ADD COLUMN energy_j REAL;       -- as above

PRAGMA user_version=3;
