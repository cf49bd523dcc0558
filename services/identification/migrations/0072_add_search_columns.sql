-- What SearchHouseholds asks for, beside the facts that it is taken from (IndexOf in facts.h). `risks` has bit n for code n.
-- NULL in rows that an older version of the service wrote: they are found by it again after their next change.
ALTER TABLE household_facts
  ADD COLUMN household_type SMALLINT NULL,
  ADD COLUMN monitored_category SMALLINT NULL,
  ADD COLUMN risks BIGINT NULL,
  ADD COLUMN risk_eliminated TINYINT NULL,
  ADD COLUMN housing_grade SMALLINT NULL;

-- SearchHouseholds: households by the beginning of a name.
ALTER TABLE person ADD KEY ix_person_name (name, household_id);
