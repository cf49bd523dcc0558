-- SearchHouseholds: the household of a person's national number (人编号).
ALTER TABLE person ADD KEY ix_person_national_no (national_no, household_id);
