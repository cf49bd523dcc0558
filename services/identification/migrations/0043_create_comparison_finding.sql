-- One finding for each kind and person, through all repetitions. `severity`, `state`, `outcome` and `closing` have the numbers of
-- the enums in comparison.proto. `hits` is what the lists told (domain/comparison_finding.h). `last_run` is the job that hit last.
CREATE TABLE comparison_finding (
  id BIGINT NOT NULL,
  kind VARCHAR(32) NOT NULL,
  person_id BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  list_id BIGINT NOT NULL,
  severity TINYINT NOT NULL,
  state TINYINT NOT NULL,
  outcome TINYINT NOT NULL DEFAULT 0,
  closing TINYINT NOT NULL DEFAULT 0,
  due_on DATE NULL,
  hits MEDIUMBLOB NOT NULL,
  first_found_at_us BIGINT NOT NULL,
  last_found_at_us BIGINT NOT NULL,
  last_run BIGINT NOT NULL,
  answered_by VARCHAR(128) NOT NULL DEFAULT '',
  version INT NOT NULL,
  CONSTRAINT pk_comparison_finding PRIMARY KEY (id),
  -- A run looks up what it knows already, and goes through a kind to close what is no longer true.
  CONSTRAINT uq_comparison_finding_person UNIQUE (kind, person_id),
  -- ListComparisonFindings: village by village.
  KEY ix_comparison_finding_region (region_code, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What persons and runs did to a finding. `kind` has the numbers of ComparisonFinding.Event.Kind.
CREATE TABLE comparison_finding_event (
  finding_id BIGINT NOT NULL,
  version INT NOT NULL,
  kind TINYINT NOT NULL,
  outcome TINYINT NOT NULL,
  reason VARCHAR(500) NOT NULL,
  evidence_reference VARCHAR(200) NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_comparison_finding_event PRIMARY KEY (finding_id, version),
  CONSTRAINT fk_comparison_finding_event FOREIGN KEY (finding_id) REFERENCES comparison_finding (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
