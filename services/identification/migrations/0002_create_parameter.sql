-- Effective-dated policy values. Rows are never changed: of the same kind, region and day the newest holds.
CREATE TABLE parameter (
  kind VARCHAR(64) NOT NULL,
  region_code BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  value BIGINT NOT NULL,
  text_value VARCHAR(4000) NOT NULL,
  reason VARCHAR(200) NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  CONSTRAINT pk_parameter PRIMARY KEY (kind, region_code, valid_from, recorded_at_us)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
