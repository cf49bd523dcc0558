CREATE TABLE unit (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  code VARCHAR(32) NOT NULL,
  title VARCHAR(100) NOT NULL,
  level CHAR(2) CHARACTER SET ascii NOT NULL,
  created_by VARCHAR(100) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_unit PRIMARY KEY (id),
  -- also lists the units of a region
  CONSTRAINT uq_unit_code UNIQUE (region_code, code)
) ENGINE=InnoDB;
