-- One recording of a step for many cases: a meeting, a document, a publicity. Large ones are done in several
-- transactions: (cursor_region, cursor_id) is the last case that was looked at.
CREATE TABLE step_batch (
  id BIGINT NOT NULL,
  campaign_id BIGINT NOT NULL,
  step TINYINT NOT NULL,
  region_code BIGINT NOT NULL,
  held_on DATE NOT NULL,
  attendance INT NOT NULL,
  reference VARCHAR(200) NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  cursor_region BIGINT NOT NULL,
  cursor_id BIGINT NOT NULL,
  passed_count BIGINT NOT NULL,
  rejected_count BIGINT NOT NULL,
  finished BOOLEAN NOT NULL,
  CONSTRAINT pk_step_batch PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What a step said about a case. Votes are NULL for steps without a meeting.
CREATE TABLE case_step (
  case_id BIGINT NOT NULL,
  step TINYINT NOT NULL,
  batch_id BIGINT NOT NULL,
  passed BOOLEAN NOT NULL,
  reason VARCHAR(64) NOT NULL,
  votes_for INT NULL,
  votes_against INT NULL,
  abstained INT NULL,
  CONSTRAINT pk_case_step PRIMARY KEY (case_id, step)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Cases that a recording left where they were, and why.
CREATE TABLE case_refusal (
  batch_id BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  reason VARCHAR(64) NOT NULL,
  CONSTRAINT pk_case_refusal PRIMARY KEY (batch_id, case_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
