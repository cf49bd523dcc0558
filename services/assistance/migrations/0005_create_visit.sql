CREATE TABLE visit (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  cadre_id BIGINT NOT NULL,
  client_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  household_id BIGINT NOT NULL,
  visit_date DATE NOT NULL,
  summary VARCHAR(2000) NOT NULL,
  stored_at_us BIGINT NOT NULL,
  recorded_by VARCHAR(100) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_visit PRIMARY KEY (id),
  -- a device may upload a visit again
  CONSTRAINT uq_visit_client_id UNIQUE (cadre_id, client_id),
  -- ListVisits
  KEY ix_visit_region (region_code, id),
  -- coverage; the visits of a household
  KEY ix_visit_household (household_id, visit_date)
) ENGINE=InnoDB;
