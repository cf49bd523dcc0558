CREATE TABLE cadre (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  staff_number VARCHAR(32) NOT NULL,
  display_name VARCHAR(50) NOT NULL,
  phone_sealed VARBINARY(128) NOT NULL,
  household_limit INT NOT NULL,
  created_by VARCHAR(100) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_cadre PRIMARY KEY (id),
  CONSTRAINT uq_cadre_staff_number UNIQUE (unit_id, staff_number),
  -- ListCadres
  KEY ix_cadre_region (region_code, id)
) ENGINE=InnoDB;
