-- Yearly income of a household; a recomputation is a new version.
CREATE TABLE income_statement (
  household_id BIGINT NOT NULL,
  year SMALLINT NOT NULL,
  version INT NOT NULL,
  wage_fen BIGINT NOT NULL,
  business_fen BIGINT NOT NULL,
  property_fen BIGINT NOT NULL,
  transfer_fen BIGINT NOT NULL,
  cost_fen BIGINT NOT NULL,
  net_fen BIGINT NOT NULL,
  net_per_head_fen BIGINT NOT NULL,
  member_count INT NOT NULL,
  reason VARCHAR(64) NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_income_statement PRIMARY KEY (household_id, year, version),
  CONSTRAINT fk_income_statement_household FOREIGN KEY (household_id) REFERENCES household (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
