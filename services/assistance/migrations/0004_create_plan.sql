CREATE TABLE plan (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  year SMALLINT NOT NULL,
  version BIGINT NOT NULL,
  created_by VARCHAR(100) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_plan PRIMARY KEY (id),
  CONSTRAINT uq_plan_household_year UNIQUE (household_id, year),
  -- ListPlans
  KEY ix_plan_region (region_code, id)
) ENGINE=InnoDB;

CREATE TABLE measure (
  id BIGINT NOT NULL,
  plan_id BIGINT NOT NULL,
  measure_group VARCHAR(32) CHARACTER SET ascii NOT NULL,
  description VARCHAR(500) NOT NULL,
  due_date DATE NOT NULL,
  done_date DATE NULL,
  done_by VARCHAR(100) NULL,
  CONSTRAINT pk_measure PRIMARY KEY (id),
  -- the measures of a plan
  CONSTRAINT fk_measure_plan FOREIGN KEY (plan_id) REFERENCES plan (id)
) ENGINE=InnoDB;
