-- Sealed with context person.phone; NULL without a number.
ALTER TABLE person ADD COLUMN phone_sealed VARBINARY(255) NULL;
