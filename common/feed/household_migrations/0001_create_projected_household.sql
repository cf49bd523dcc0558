-- The newest known state of each household.
CREATE TABLE projected_household (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  state TINYINT NOT NULL,
  version BIGINT NOT NULL,
  CONSTRAINT pk_projected_household PRIMARY KEY (id),
  -- lists, counts and coverage of a region
  KEY ix_projected_household_region (region_code, state)
) ENGINE=InnoDB;

-- Every adjustment of a household: the state on any day is that of the last row up to it.
CREATE TABLE projected_household_state (
  household_id BIGINT NOT NULL,
  from_date DATE NOT NULL,
  version BIGINT NOT NULL,
  kind TINYINT NOT NULL,
  reason VARCHAR(64) CHARACTER SET ascii NOT NULL,
  state_before TINYINT NOT NULL,
  state TINYINT NOT NULL,
  member_count INT NOT NULL,
  CONSTRAINT pk_projected_household_state PRIMARY KEY (household_id, from_date, version)
) ENGINE=InnoDB;

-- Who was a member from which day to before which day.
CREATE TABLE projected_member (
  household_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  joined_date DATE NOT NULL,
  left_date DATE NULL,
  labour CHAR(2) CHARACTER SET ascii NOT NULL,
  student CHAR(2) CHARACTER SET ascii NOT NULL,
  CONSTRAINT pk_projected_member PRIMARY KEY (household_id, person_id)
) ENGINE=InnoDB;
