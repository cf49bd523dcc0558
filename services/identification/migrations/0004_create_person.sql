-- Persons, present and past. `present_id_hash` is NULL for those who left: a person can be a present member
-- of one household only, and may come back.
CREATE TABLE person (
  id BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  national_no VARCHAR(32) COLLATE utf8mb4_bin NULL,
  name VARCHAR(64) NOT NULL,
  sex TINYINT NOT NULL,
  birth_date DATE NOT NULL,
  citizen_id_sealed VARBINARY(255) NOT NULL,
  citizen_id_hash BINARY(32) NOT NULL,
  relation CHAR(2) NOT NULL,
  ethnicity VARCHAR(2) NOT NULL,
  education VARCHAR(2) NOT NULL,
  student VARCHAR(2) NOT NULL,
  health VARCHAR(32) NOT NULL,
  labour VARCHAR(2) NOT NULL,
  joined_on DATE NOT NULL,
  left_on DATE NULL,
  left_reason VARCHAR(2) NULL,
  left_note VARCHAR(200) NULL,
  left_recorded_by VARCHAR(128) NULL,
  left_recorded_at_us BIGINT NULL,
  present_id_hash BINARY(32) GENERATED ALWAYS AS (IF(left_on IS NULL, citizen_id_hash, NULL)) STORED,
  CONSTRAINT pk_person PRIMARY KEY (id),
  CONSTRAINT uq_person_present_id UNIQUE (present_id_hash),
  CONSTRAINT fk_person_household FOREIGN KEY (household_id) REFERENCES household (id),
  -- The members of a household.
  KEY ix_person_household (household_id),
  -- SearchPersons: everybody who has this id, also those who left.
  KEY ix_person_citizen_id (citizen_id_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
