-- A household as it stands. `state` has the numbers of HouseholdState in changes.proto.
CREATE TABLE household (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  group_name VARCHAR(100) NOT NULL,
  national_no VARCHAR(32) COLLATE utf8mb4_bin NULL,
  head_person_id BIGINT NULL,
  state TINYINT NOT NULL,
  state_since DATE NOT NULL,
  member_count INT NOT NULL,
  phone_sealed VARBINARY(255) NULL,
  main_cause VARCHAR(8) NOT NULL,
  housing CHAR(2) NOT NULL,
  safe_water BOOLEAN NOT NULL,
  education_ok BOOLEAN NOT NULL,
  medical_ok BOOLEAN NOT NULL,
  exclusion_kinds VARCHAR(64) NOT NULL,
  net_income_per_head_fen BIGINT NOT NULL,
  previous_net_income_per_head_fen BIGINT NOT NULL,
  able_to_work_count INT NOT NULL,
  planned_exit_year SMALLINT NOT NULL,
  import_job BIGINT NULL,
  version BIGINT NOT NULL,
  created_by VARCHAR(128) NOT NULL,
  created_at_us BIGINT NOT NULL,
  updated_by VARCHAR(128) NOT NULL,
  updated_at_us BIGINT NOT NULL,
  county INT GENERATED ALWAYS AS (region_code DIV 1000000) STORED,
  CONSTRAINT pk_household PRIMARY KEY (id),
  -- Import: is this national number known in the county?
  CONSTRAINT uq_household_national_no UNIQUE (county, national_no),
  CONSTRAINT ck_household_member_count CHECK (member_count >= 0),
  -- ListHouseholds and campaigns: the households of a region, village by village.
  KEY ix_household_region (region_code, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Every version that a household had; `snapshot` is a HouseholdRecord (storage.proto).
CREATE TABLE household_version (
  household_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  reason VARCHAR(64) NOT NULL,
  snapshot MEDIUMBLOB NOT NULL,
  CONSTRAINT pk_household_version PRIMARY KEY (household_id, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
