-- What a statement was computed from: an IncomeRecord (storage.proto); NULL where only the totals are known.
ALTER TABLE income_statement ADD COLUMN items MEDIUMBLOB NULL;
