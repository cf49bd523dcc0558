-- Subjects that a rule is not applied to; keys as in quality_finding, person_id 0: the whole household. The newest row of a key holds.
CREATE TABLE quality_exemption (
  id BIGINT NOT NULL,
  code VARCHAR(40) COLLATE utf8mb4_bin NOT NULL,
  subject_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  reason VARCHAR(500) NOT NULL,
  expires_on DATE NOT NULL,
  created_by VARCHAR(128) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_quality_exemption PRIMARY KEY (id),
  -- Runs: what holds for the households that are being checked.
  KEY ix_quality_exemption_subject (subject_id, code),
  -- ListExemptions: village by village.
  KEY ix_quality_exemption_region (region_code, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
