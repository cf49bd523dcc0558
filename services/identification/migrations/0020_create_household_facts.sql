-- Everything that is known of a household as it stands; `facts` is a HouseholdFacts (facts.proto). History is in
-- household_version.
CREATE TABLE household_facts (
  household_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  version BIGINT NOT NULL,
  facts MEDIUMBLOB NOT NULL,
  CONSTRAINT pk_household_facts PRIMARY KEY (household_id),
  -- Runs of rules and statistics: the households of a region, village by village.
  KEY ix_household_facts_region (region_code, household_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
