-- Rules on the quality of data, every version. `rule_key` names the rule through its versions and regions: code and population of
-- its first variant. `codes` are the codes of its variants, each between blanks. `definition` is a QualityRule (quality.proto).
-- `scope` and `severity` have the numbers of RuleScope and RuleSeverity.
CREATE TABLE quality_rule (
  id BIGINT NOT NULL,
  rule_key VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  region_code BIGINT NOT NULL,
  version INT NOT NULL,
  codes VARCHAR(100) COLLATE utf8mb4_bin NOT NULL,
  scope TINYINT NOT NULL,
  severity TINYINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NULL,
  definition MEDIUMBLOB NOT NULL,
  created_by VARCHAR(128) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_quality_rule PRIMARY KEY (id),
  CONSTRAINT uq_quality_rule_version UNIQUE (rule_key, region_code, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
