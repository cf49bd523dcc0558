-- Long work. `state` has the numbers of JobState in job.proto.
CREATE TABLE job (
  id BIGINT NOT NULL,
  kind VARCHAR(64) NOT NULL,
  region_code BIGINT NOT NULL,
  state TINYINT NOT NULL,
  params MEDIUMBLOB NOT NULL,
  -- What the last checkpoint left for the next run.
  run_state MEDIUMBLOB NOT NULL,
  done_count BIGINT NOT NULL DEFAULT 0,
  total_count BIGINT NOT NULL DEFAULT 0,
  error_count BIGINT NOT NULL DEFAULT 0,
  error_reason VARCHAR(64) NOT NULL DEFAULT '',
  error_message VARCHAR(1000) NOT NULL DEFAULT '',
  result_type VARCHAR(255) NOT NULL DEFAULT '',
  result MEDIUMBLOB NULL,
  input_bytes BIGINT NOT NULL DEFAULT 0,
  -- 1 while rows of job_input may exist.
  has_input TINYINT NOT NULL DEFAULT 0,
  created_by VARCHAR(255) NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_at_us BIGINT NOT NULL,
  ended_at_us BIGINT NOT NULL DEFAULT 0,
  -- Names one claim by one worker; empty while nobody works on it.
  lease_owner VARCHAR(64) NOT NULL DEFAULT '',
  -- No worker may claim the job before this instant.
  lease_until_us BIGINT NOT NULL,
  -- Claims since the last checkpoint.
  attempt_count INT NOT NULL DEFAULT 0,
  cancel_requested TINYINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1,
  CONSTRAINT pk_job PRIMARY KEY (id),
  -- Workers: what can be claimed now.
  KEY ix_job_claim (state, lease_until_us),
  -- Workers: uploads that were given up, and input of ended jobs.
  KEY ix_job_input (has_input, state, updated_at_us)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The uploaded input of a job, in pieces of up to 1 MiB; deleted when the job has ended.
CREATE TABLE job_input (
  job_id BIGINT NOT NULL,
  start_offset BIGINT NOT NULL,
  bytes MEDIUMBLOB NOT NULL,
  CONSTRAINT pk_job_input PRIMARY KEY (job_id, start_offset)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Units that a job refused, in the order in which it found them.
CREATE TABLE job_error (
  job_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  row_no BIGINT NOT NULL,
  column_name VARCHAR(128) NOT NULL,
  reason VARCHAR(64) NOT NULL,
  text_zh VARCHAR(1000) NOT NULL,
  text_en VARCHAR(1000) NOT NULL,
  CONSTRAINT pk_job_error PRIMARY KEY (job_id, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
