-- What the assistance feed tells.
CREATE TABLE projected_pairing (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  from_date DATE NOT NULL,
  to_date DATE NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT pk_projected_pairing PRIMARY KEY (id),
  -- coverage
  KEY ix_projected_pairing_household (household_id, from_date),
  -- status of a region
  KEY ix_projected_pairing_region (region_code)
) ENGINE=InnoDB;

CREATE TABLE projected_plan (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  year SMALLINT NOT NULL,
  measure_count INT NOT NULL,
  done_count INT NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT pk_projected_plan PRIMARY KEY (id),
  -- coverage
  KEY ix_projected_plan_household (household_id, year)
) ENGINE=InnoDB;

CREATE TABLE projected_visit (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  visit_date DATE NOT NULL,
  CONSTRAINT pk_projected_visit PRIMARY KEY (id),
  -- coverage
  KEY ix_projected_visit_household (household_id, visit_date),
  -- status of a region
  KEY ix_projected_visit_region (region_code)
) ENGINE=InnoDB;
