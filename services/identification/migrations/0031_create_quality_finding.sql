-- One finding for each code and subject, through all runs. `subject_id` is the household, or the code of the village; `person_id` 0
-- where the rule is about no person. `state`, `outcome`, `scope` and `severity` have the numbers of the enums in quality.proto.
-- `values_hash` tells whether a run saw the same values; `explanation` is a QualityExplanation (quality_storage.proto).
CREATE TABLE quality_finding (
  id BIGINT NOT NULL,
  code VARCHAR(40) COLLATE utf8mb4_bin NOT NULL,
  subject_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  rule_id BIGINT NOT NULL,
  scope TINYINT NOT NULL,
  severity TINYINT NOT NULL,
  region_code BIGINT NOT NULL,
  values_hash BIGINT NOT NULL,
  explanation MEDIUMBLOB NOT NULL,
  state TINYINT NOT NULL,
  outcome TINYINT NOT NULL,
  assignee VARCHAR(128) NOT NULL,
  due_on DATE NULL,
  corrected_by VARCHAR(128) NOT NULL,
  first_found_at_us BIGINT NOT NULL,
  last_found_at_us BIGINT NOT NULL,
  version INT NOT NULL,
  CONSTRAINT pk_quality_finding PRIMARY KEY (id),
  -- Runs: what is known of the households that are being checked. ListQualityFindings of a household.
  CONSTRAINT uq_quality_finding_subject UNIQUE (subject_id, code, person_id),
  -- ListQualityFindings: village by village; figures.
  KEY ix_quality_finding_region (region_code, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What persons and runs did to a finding. `kind` has the numbers of QualityFinding.Event.Kind.
CREATE TABLE quality_finding_event (
  finding_id BIGINT NOT NULL,
  version INT NOT NULL,
  kind TINYINT NOT NULL,
  outcome TINYINT NOT NULL,
  reason VARCHAR(500) NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_quality_finding_event PRIMARY KEY (finding_id, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
