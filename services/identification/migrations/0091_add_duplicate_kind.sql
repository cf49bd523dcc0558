-- Bank accounts are compared as phones are. `kind` has the numbers of DuplicateKind in duplicate.proto.
ALTER TABLE household_phone RENAME TO household_number;
ALTER TABLE household_number
  CHANGE COLUMN phone_hash number_hash BINARY(32) NOT NULL,
  ADD COLUMN kind TINYINT NOT NULL DEFAULT 1;
ALTER TABLE duplicate
  CHANGE COLUMN phone_hash number_hash BINARY(32) NOT NULL,
  ADD COLUMN kind TINYINT NOT NULL DEFAULT 1;
