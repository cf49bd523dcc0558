-- One household's way through a procedure. `kind`, `state` and `awaiting` have the numbers of AdjustmentKind, CaseState and
-- CaseStep; `awaiting` is 0 when closed, `campaign_id` 0 for single cases.
CREATE TABLE adjustment_case (
  id BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  campaign_id BIGINT NOT NULL,
  kind TINYINT NOT NULL,
  reason VARCHAR(64) NOT NULL,
  state TINYINT NOT NULL,
  awaiting TINYINT NOT NULL,
  closing_reason VARCHAR(64) NOT NULL,
  household_version BIGINT NOT NULL,
  member_count INT NOT NULL,
  planned_exit_year SMALLINT NOT NULL,
  last_step_on DATE NULL,
  decided_on DATE NULL,
  effective_date DATE NULL,
  notice_id BIGINT NULL,
  supersedes_id BIGINT NULL,
  proposed_by VARCHAR(128) NOT NULL,
  assessed_by VARCHAR(128) NOT NULL,
  deliberated_by VARCHAR(128) NOT NULL,
  verified_by VARCHAR(128) NOT NULL,
  created_at_us BIGINT NOT NULL,
  open_household_id BIGINT GENERATED ALWAYS AS (IF(state = 1, household_id, NULL)) STORED,
  CONSTRAINT pk_adjustment_case PRIMARY KEY (id),
  -- A household is decided on once at a time.
  CONSTRAINT uq_adjustment_case_open UNIQUE (open_household_id),
  -- ListCases by region.
  KEY ix_adjustment_case_region (region_code, id),
  -- Recording a step: the cases of a campaign that wait for it, village by village.
  KEY ix_adjustment_case_step (campaign_id, awaiting, region_code, id),
  -- ListCases by household.
  KEY ix_adjustment_case_household (household_id, id),
  -- GetNotice: its entries.
  KEY ix_adjustment_case_notice (notice_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The facts and the rule that a proposal rests on; never changed.
CREATE TABLE case_assessment (
  case_id BIGINT NOT NULL,
  rule_code VARCHAR(64) NOT NULL,
  household_state TINYINT NOT NULL,
  able_to_work_count INT NOT NULL,
  income_year SMALLINT NOT NULL,
  net_income_per_head_fen BIGINT NOT NULL,
  previous_net_income_per_head_fen BIGINT NOT NULL,
  line_fen BIGINT NOT NULL,
  line_region_code BIGINT NOT NULL,
  line_valid_from DATE NULL,
  failed_guarantees VARCHAR(100) NOT NULL,
  exclusion_kinds VARCHAR(64) NOT NULL,
  note VARCHAR(500) NOT NULL,
  CONSTRAINT pk_case_assessment PRIMARY KEY (case_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
