-- The account that help is paid into, sealed with context household.bank_account; NULL without one.
ALTER TABLE household
  ADD COLUMN bank VARCHAR(64) NULL,
  ADD COLUMN bank_account_sealed VARBINARY(255) NULL;
