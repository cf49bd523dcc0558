-- What the funds feed tells: payments that the bank has confirmed. Never changed.
CREATE TABLE projected_payment (
  resource VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- name of the paid line
  region_code BIGINT NOT NULL,
  household_id BIGINT NOT NULL,
  purpose VARCHAR(64) CHARACTER SET ascii NOT NULL,
  amount_fen BIGINT NOT NULL,
  standard_fen BIGINT NOT NULL,
  paid_date DATE NOT NULL,
  item_count BIGINT NOT NULL,
  CONSTRAINT pk_projected_payment PRIMARY KEY (resource),
  -- totals of a region and period
  KEY ix_projected_payment_region (region_code, paid_date)
) ENGINE=InnoDB;
