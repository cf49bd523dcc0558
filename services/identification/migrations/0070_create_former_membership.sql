-- How a person came to the household, code list member_change; NULL for those who were always there.
ALTER TABLE person ADD COLUMN joined_reason VARCHAR(2) NULL;

-- Spans in which persons were members of households before: of the same one, to which they came back, or of another, from
-- which they went with a split or a merge. The present or last span of a person stands in `person`. `left_on` is the first day
-- on which the person was no longer a member.
CREATE TABLE former_membership (
  person_id BIGINT NOT NULL,
  joined_on DATE NOT NULL,
  household_id BIGINT NOT NULL,
  left_on DATE NOT NULL,
  joined_reason VARCHAR(2) NULL,
  left_reason VARCHAR(2) NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_former_membership PRIMARY KEY (person_id, joined_on),
  CONSTRAINT fk_former_membership_person FOREIGN KEY (person_id) REFERENCES person (id),
  CONSTRAINT fk_former_membership_household FOREIGN KEY (household_id) REFERENCES household (id),
  CONSTRAINT ck_former_membership_span CHECK (left_on > joined_on),
  -- Flows: who was a member of a household.
  KEY ix_former_membership_household (household_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Splits and merges of households. `kind` has the numbers of HouseholdLinkKind in household_change.proto.
CREATE TABLE household_link (
  from_household_id BIGINT NOT NULL,
  to_household_id BIGINT NOT NULL,
  kind TINYINT NOT NULL,
  effective_date DATE NOT NULL,
  person_count INT NOT NULL,
  reason VARCHAR(200) NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_household_link PRIMARY KEY (from_household_id, to_household_id, kind),
  CONSTRAINT fk_household_link_from FOREIGN KEY (from_household_id) REFERENCES household (id),
  CONSTRAINT fk_household_link_to FOREIGN KEY (to_household_id) REFERENCES household (id),
  -- ListHouseholdLinks: what a household was made of.
  KEY ix_household_link_to (to_household_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
