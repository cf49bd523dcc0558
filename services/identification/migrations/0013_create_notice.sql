-- A posted list of one village (公示).
CREATE TABLE notice (
  id BIGINT NOT NULL,
  campaign_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  posted_on DATE NOT NULL,
  days INT NOT NULL,
  ends_on DATE NOT NULL,
  posted_by VARCHAR(128) NOT NULL,
  posted_at_us BIGINT NOT NULL,
  CONSTRAINT pk_notice PRIMARY KEY (id),
  -- One notice a village, also when the village is posted in several transactions.
  CONSTRAINT uq_notice_batch UNIQUE (batch_id, region_code),
  -- ListNotices.
  KEY ix_notice_region (region_code, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Objections to posted cases. `state` has the numbers of ObjectionState.
CREATE TABLE objection (
  id BIGINT NOT NULL,
  case_id BIGINT NOT NULL,
  notice_id BIGINT NOT NULL,
  campaign_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  text VARCHAR(2000) NOT NULL,
  objector_name VARCHAR(64) NOT NULL,
  state TINYINT NOT NULL,
  answer VARCHAR(2000) NOT NULL,
  filed_by VARCHAR(128) NOT NULL,
  filed_at_us BIGINT NOT NULL,
  answered_by VARCHAR(128) NOT NULL,
  answered_at_us BIGINT NOT NULL,
  CONSTRAINT pk_objection PRIMARY KEY (id),
  -- ConcludePublicity: is one open in the region? ListObjections by region.
  KEY ix_objection_region (region_code, id),
  -- ListObjections of a case.
  KEY ix_objection_case (case_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
