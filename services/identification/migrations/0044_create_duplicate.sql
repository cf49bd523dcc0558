-- Phone numbers of households by keyed hash, as the last run of find_duplicates over their region saw them.
CREATE TABLE household_phone (
  phone_hash BINARY(32) NOT NULL,
  household_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  CONSTRAINT pk_household_phone PRIMARY KEY (phone_hash, household_id),
  -- A run replaces the numbers of its households.
  KEY ix_household_phone_household (household_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Households of different counties with one phone number. `state` and `decision` have the numbers of the enums in
-- duplicate.proto.
CREATE TABLE duplicate (
  id BIGINT NOT NULL,
  phone_hash BINARY(32) NOT NULL,
  state TINYINT NOT NULL,
  household_count INT NOT NULL,
  decision TINYINT NOT NULL,
  kept_household_id BIGINT NOT NULL,
  reason VARCHAR(500) NOT NULL,
  decided_by VARCHAR(128) NOT NULL,
  decided_at_us BIGINT NOT NULL,
  last_run BIGINT NOT NULL,
  version INT NOT NULL,
  CONSTRAINT pk_duplicate PRIMARY KEY (id),
  -- A run asks whether it knows the number.
  CONSTRAINT uq_duplicate_phone UNIQUE (phone_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The households of a duplicate, at most 100.
CREATE TABLE duplicate_household (
  duplicate_id BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  CONSTRAINT pk_duplicate_household PRIMARY KEY (duplicate_id, household_id),
  CONSTRAINT fk_duplicate_household FOREIGN KEY (duplicate_id) REFERENCES duplicate (id),
  -- ListDuplicates: those with a household in the scope.
  KEY ix_duplicate_household_region (region_code, duplicate_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
