-- Statistics: who comes into another age band today.
ALTER TABLE person ADD KEY ix_person_birth_date (birth_date);
