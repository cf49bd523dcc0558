-- Administrative regions; a code can be valid in several spans.
CREATE TABLE region (
  code BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  name VARCHAR(100) NOT NULL,
  level TINYINT NOT NULL,
  parent_code BIGINT NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_region PRIMARY KEY (code, valid_from),
  CONSTRAINT ck_region_validity CHECK (valid_to >= valid_from),
  -- ListRegions: the children of a parent in order.
  KEY ix_region_parent (parent_code, code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
