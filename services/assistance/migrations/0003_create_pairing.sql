CREATE TABLE pairing (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  cadre_id BIGINT NOT NULL,
  from_date DATE NOT NULL,
  to_date DATE NOT NULL, -- 9999-12-31 while it goes on
  version BIGINT NOT NULL,
  created_by VARCHAR(100) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_pairing PRIMARY KEY (id),
  -- ListPairings
  KEY ix_pairing_region (region_code, id),
  -- who helps this household; overlap check
  KEY ix_pairing_household (household_id, from_date),
  -- how many households this cadre helps
  KEY ix_pairing_cadre (cadre_id, to_date)
) ENGINE=InnoDB;
