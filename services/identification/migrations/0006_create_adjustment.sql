-- What happened to a household's state; with it, the state on any day is known. `seq` is the version of the
-- household that the adjustment made. `kind` has the numbers of AdjustmentKind in changes.proto.
CREATE TABLE adjustment (
  household_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  kind TINYINT NOT NULL,
  reason VARCHAR(64) NOT NULL,
  effective_date DATE NOT NULL,
  state_before TINYINT NOT NULL,
  state_after TINYINT NOT NULL,
  member_count INT NOT NULL,
  case_id BIGINT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_adjustment PRIMARY KEY (household_id, seq),
  CONSTRAINT fk_adjustment_household FOREIGN KEY (household_id) REFERENCES household (id),
  -- Flow statistics: what happened in a region during a period.
  KEY ix_adjustment_region (region_code, effective_date)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
