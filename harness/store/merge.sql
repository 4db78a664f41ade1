-- Copies the runs of temp.chosen from the attached store `other` into this one. Content goes by
-- its hash and is kept once; what happened (trainings, attempts, records) gets new keys behind those
-- that are there. Runs that are here already keep what they have.

CREATE TEMP TABLE run_map AS            -- key there, key here, is it new here
  SELECT o.run_id AS old, m.run_id AS new, 0 AS fresh
    FROM other.run o JOIN main.run m USING(hash) WHERE o.run_id IN (SELECT run_id FROM chosen)
  UNION ALL
  SELECT run_id, (SELECT coalesce(max(run_id),0) FROM main.run)+row_number() OVER (ORDER BY run_id), 1
    FROM other.run
   WHERE run_id IN (SELECT run_id FROM chosen) AND hash NOT IN (SELECT hash FROM main.run);
CREATE TEMP TABLE fresh AS SELECT old FROM run_map WHERE fresh;

-- 1. Which content the new runs refer to --------------------------------------------------
CREATE TEMP TABLE need_cell AS
  SELECT cell_id FROM other.run_cell WHERE run_id IN (SELECT old FROM fresh)
  UNION SELECT cell_id FROM other.attempt WHERE run_id IN (SELECT old FROM fresh);
CREATE TEMP TABLE need_dataset AS
  SELECT dataset_id FROM other.cell WHERE cell_id IN (SELECT cell_id FROM need_cell)
  UNION SELECT dataset_id FROM other.training WHERE run_id IN (SELECT old FROM fresh);
CREATE TEMP TABLE need_record AS
  SELECT record_id FROM other.record JOIN other.attempt USING(attempt_id)
   WHERE run_id IN (SELECT old FROM fresh);
CREATE TEMP TABLE need_blob AS
  SELECT source AS blob_id FROM other.experiment JOIN other.run USING(experiment_id)
   WHERE run_id IN (SELECT old FROM fresh)
  UNION SELECT diff FROM other.environment JOIN other.run USING(env_id)
   WHERE run_id IN (SELECT old FROM fresh) AND diff NOT NULL
  UNION SELECT question FROM other.item WHERE dataset_id IN (SELECT dataset_id FROM need_dataset)
  UNION SELECT target FROM other.item WHERE dataset_id IN (SELECT dataset_id FROM need_dataset)
  UNION SELECT prompt FROM other.record WHERE record_id IN (SELECT record_id FROM need_record)
  UNION SELECT passage FROM other.retrieval WHERE record_id IN (SELECT record_id FROM need_record);

-- 2. Content, by hash ---------------------------------------------------------------------
INSERT INTO main.blob(hash,kind,bytes,body)
  SELECT hash,kind,bytes,body FROM other.blob WHERE blob_id IN (SELECT blob_id FROM need_blob)
   ORDER BY blob_id ON CONFLICT DO NOTHING;
CREATE TEMP TABLE blob_map(old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
INSERT INTO blob_map
  SELECT o.blob_id, m.blob_id FROM other.blob o JOIN main.blob m USING(hash)
   WHERE o.blob_id IN (SELECT blob_id FROM need_blob);

INSERT INTO main.dataset(hash,name,version,split,items,source,licence)
  SELECT hash,name,version,split,items,source,licence FROM other.dataset
   WHERE dataset_id IN (SELECT dataset_id FROM need_dataset) ORDER BY dataset_id
  ON CONFLICT DO NOTHING;
CREATE TEMP TABLE dataset_map(old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
INSERT INTO dataset_map
  SELECT o.dataset_id, m.dataset_id FROM other.dataset o JOIN main.dataset m USING(hash)
   WHERE o.dataset_id IN (SELECT dataset_id FROM need_dataset);
INSERT INTO main.item(dataset_id,item_no,item_id,cluster,question,target,meta,details)
  SELECT d.new,i.item_no,i.item_id,i.cluster,q.new,t.new,i.meta,i.details
    FROM other.item i JOIN dataset_map d ON d.old=i.dataset_id
    JOIN blob_map q ON q.old=i.question JOIN blob_map t ON t.old=i.target WHERE true
  ON CONFLICT DO NOTHING;

INSERT INTO main.experiment(name,config_hash,config,source,created_at)
  SELECT e.name,e.config_hash,e.config,b.new,e.created_at
    FROM other.experiment e JOIN blob_map b ON b.old=e.source
   WHERE e.experiment_id IN (SELECT experiment_id FROM other.run
                              WHERE run_id IN (SELECT old FROM fresh)) ORDER BY e.experiment_id
  ON CONFLICT DO NOTHING;
INSERT INTO main.environment(hash,git_commit,git_dirty,diff,build,hardware,libraries,determinism)
  SELECT e.hash,e.git_commit,e.git_dirty,b.new,e.build,e.hardware,e.libraries,e.determinism
    FROM other.environment e LEFT JOIN blob_map b ON b.old=e.diff
   WHERE e.env_id IN (SELECT env_id FROM other.run WHERE run_id IN (SELECT old FROM fresh))
   ORDER BY e.env_id ON CONFLICT DO NOTHING;
INSERT INTO main.strategy(hash,label,context,model)
  SELECT hash,label,context,model FROM other.strategy
   WHERE strategy_id IN (SELECT strategy_id FROM other.cell
                          WHERE cell_id IN (SELECT cell_id FROM need_cell)) ORDER BY strategy_id
  ON CONFLICT DO NOTHING;
INSERT INTO main.cell(hash,spec,suite,task,task_version,dataset_id,strategy_id,seed,decoding,expected)
  SELECT c.hash,c.spec,c.suite,c.task,c.task_version,d.new,s.strategy_id,c.seed,c.decoding,c.expected
    FROM other.cell c JOIN dataset_map d ON d.old=c.dataset_id
    JOIN other.strategy o ON o.strategy_id=c.strategy_id JOIN main.strategy s ON s.hash=o.hash
   WHERE c.cell_id IN (SELECT cell_id FROM need_cell) ORDER BY c.cell_id ON CONFLICT DO NOTHING;
CREATE TEMP TABLE cell_map(old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
INSERT INTO cell_map
  SELECT o.cell_id, m.cell_id FROM other.cell o JOIN main.cell m USING(hash)
   WHERE o.cell_id IN (SELECT cell_id FROM need_cell);

-- 3. What happened. What was going on there goes on nowhere here --------------------------
INSERT INTO main.run(run_id,hash,experiment_id,env_id,reproduces,argv,options,state,started_at,
                     heartbeat_at,ended_at,error)
  SELECT r.new,o.hash,
         (SELECT m.experiment_id FROM other.experiment e JOIN main.experiment m USING(config_hash)
           WHERE e.experiment_id=o.experiment_id),
         (SELECT m.env_id FROM other.environment e JOIN main.environment m USING(hash)
           WHERE e.env_id=o.env_id),
         p.new,o.argv,o.options,CASE o.state WHEN 'running' THEN 'interrupted' ELSE o.state END,
         o.started_at,o.heartbeat_at,o.ended_at,o.error
    FROM other.run o JOIN run_map r ON r.old=o.run_id AND r.fresh
    LEFT JOIN run_map p ON p.old=o.reproduces
   ORDER BY r.new;
INSERT INTO main.run_input(run_id,name,path,hash)
  SELECT r.new,i.name,i.path,i.hash FROM other.run_input i JOIN run_map r ON r.old=i.run_id AND r.fresh;
INSERT INTO main.lock(run_id,suite,hash,subject,spec,note,locked_at)
  SELECT r.new,l.suite,l.hash,l.subject,l.spec,l.note,l.locked_at
    FROM other.lock l JOIN run_map r ON r.old=l.run_id AND r.fresh;

CREATE TEMP TABLE training_map(old INTEGER PRIMARY KEY, new INTEGER NOT NULL, fresh INTEGER NOT NULL);
INSERT INTO training_map
  SELECT t.training_id,
         (SELECT coalesce(max(training_id),0) FROM main.training)+row_number() OVER (ORDER BY t.training_id),
         1 FROM other.training t WHERE t.run_id IN (SELECT old FROM fresh);
INSERT INTO training_map
  SELECT o.training_id, max(m.training_id), 0
    FROM other.training o JOIN run_map r ON r.old=o.run_id AND NOT r.fresh
    JOIN main.training m ON m.run_id=r.new AND m.hash=o.hash AND m.weights_hash IS o.weights_hash
   GROUP BY o.training_id;
INSERT INTO main.training(training_id,hash,run_id,dataset_id,seed,method,config,state,last_step,steps,
                          trainable_params,peak_bytes,seconds,flops,weights_hash,tokens,error,energy_j)
  SELECT m.new,t.hash,r.new,d.new,t.seed,t.method,t.config,
         CASE t.state WHEN 'running' THEN 'interrupted' ELSE t.state END,t.last_step,t.steps,
         t.trainable_params,t.peak_bytes,t.seconds,t.flops,t.weights_hash,t.tokens,t.error,t.energy_j
    FROM other.training t JOIN training_map m ON m.old=t.training_id AND m.fresh
    JOIN run_map r ON r.old=t.run_id JOIN dataset_map d ON d.old=t.dataset_id ORDER BY m.new;
INSERT INTO main.training_step(training_id,step,split,loss,grad_norm,lr,tokens,seconds)
  SELECT m.new,s.step,s.split,s.loss,s.grad_norm,s.lr,s.tokens,s.seconds
    FROM other.training_step s JOIN training_map m ON m.old=s.training_id AND m.fresh;
INSERT INTO main.artifact(hash,kind,path,bytes,run_id,training_id,step)
  SELECT a.hash,a.kind,'training-'||m.new||substr(a.path,1+length('training-'||m.old)),a.bytes,
         r.new,m.new,a.step
    FROM other.artifact a JOIN training_map m ON m.old=a.training_id AND m.fresh
    JOIN run_map r ON r.old=a.run_id ORDER BY a.artifact_id;

CREATE TEMP TABLE attempt_map(old INTEGER PRIMARY KEY, new INTEGER NOT NULL, fresh INTEGER NOT NULL);
INSERT INTO attempt_map
  SELECT a.attempt_id,
         (SELECT coalesce(max(attempt_id),0) FROM main.attempt)+row_number() OVER (ORDER BY a.attempt_id),
         1 FROM other.attempt a WHERE a.run_id IN (SELECT old FROM fresh);
INSERT INTO attempt_map
  SELECT o.attempt_id, max(m.attempt_id), 0
    FROM other.attempt o JOIN run_map r ON r.old=o.run_id AND NOT r.fresh
    JOIN other.cell c ON c.cell_id=o.cell_id JOIN main.cell mc ON mc.hash=c.hash
    JOIN main.attempt m ON m.run_id=r.new AND m.cell_id=mc.cell_id
   GROUP BY o.attempt_id;
INSERT INTO main.attempt(attempt_id,cell_id,run_id,training_id,index_hash,state,output_hash,seconds,
                         flops,peak_bytes,error,energy_j,index_bytes)
  SELECT m.new,c.new,r.new,t.new,a.index_hash,
         CASE a.state WHEN 'running' THEN 'interrupted' ELSE a.state END,a.output_hash,a.seconds,
         a.flops,a.peak_bytes,a.error,a.energy_j,a.index_bytes
    FROM other.attempt a JOIN attempt_map m ON m.old=a.attempt_id AND m.fresh
    JOIN cell_map c ON c.old=a.cell_id JOIN run_map r ON r.old=a.run_id
    LEFT JOIN training_map t ON t.old=a.training_id ORDER BY m.new;
INSERT INTO main.run_cell(run_id,cell_id,position,context,tuning,attempt_id,origin,metrics)
  SELECT r.new,c.new,rc.position,rc.context,rc.tuning,a.new,rc.origin,rc.metrics
    FROM other.run_cell rc JOIN run_map r ON r.old=rc.run_id AND r.fresh
    JOIN cell_map c ON c.old=rc.cell_id LEFT JOIN attempt_map a ON a.old=rc.attempt_id;

CREATE TEMP TABLE record_map(old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
INSERT INTO record_map
  SELECT record_id,
         (SELECT coalesce(max(record_id),0) FROM main.record)+row_number() OVER (ORDER BY record_id)
    FROM need_record;
INSERT INTO main.record(record_id,attempt_id,item_no,sample,prompt,output,answer,stop,prompt_tokens,
                        output_tokens,retrieve_ms,prefill_ms,decode_ms,logprob,truncated,delivered,
                        error,wording)
  SELECT m.new,a.new,r.item_no,r.sample,b.new,r.output,r.answer,r.stop,r.prompt_tokens,
         r.output_tokens,r.retrieve_ms,r.prefill_ms,r.decode_ms,r.logprob,r.truncated,r.delivered,
         r.error,r.wording
    FROM other.record r JOIN record_map m ON m.old=r.record_id
    JOIN attempt_map a ON a.old=r.attempt_id JOIN blob_map b ON b.old=r.prompt ORDER BY m.new;
INSERT INTO main.retrieval(record_id,rank,passage,doc_id,score,relevant,in_prompt)
  SELECT m.new,t.rank,b.new,t.doc_id,t.score,t.relevant,t.in_prompt
    FROM other.retrieval t JOIN record_map m ON m.old=t.record_id JOIN blob_map b ON b.old=t.passage;
INSERT INTO main.score(record_id,metric,metric_version,value)
  SELECT m.new,s.metric,s.metric_version,s.value
    FROM other.score s JOIN record_map m ON m.old=s.record_id;
INSERT INTO main.summary(attempt_id,metric,metric_version,method,n,unscored,clusters,mean,stderr,lo,hi)
  SELECT m.new,s.metric,s.metric_version,s.method,s.n,s.unscored,s.clusters,s.mean,s.stderr,s.lo,s.hi
    FROM other.summary s JOIN attempt_map m ON m.old=s.attempt_id AND m.fresh;
