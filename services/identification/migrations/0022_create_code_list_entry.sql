-- Codes with their spans of validity. Only `valid_to` of a row ever changes. The lists that come with the suite are
-- entered at the start of the service.
CREATE TABLE code_list_entry (
  list VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  code INT NOT NULL,
  region_code BIGINT NOT NULL,
  valid_from DATE NOT NULL,
  valid_to DATE NOT NULL,
  code_key VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  written VARCHAR(8) NOT NULL,
  zh VARCHAR(100) NOT NULL,
  en VARCHAR(200) NOT NULL,
  aliases TEXT NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_code_list_entry PRIMARY KEY (list, code, region_code, valid_from),
  CONSTRAINT ck_code_list_entry_validity CHECK (valid_to >= valid_from)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
