-- Other names for the columns of national sheets; `columns` is an ImportMapping (register.proto).
CREATE TABLE import_mapping (
  name VARCHAR(64) NOT NULL,
  region_code BIGINT NOT NULL,
  columns MEDIUMBLOB NOT NULL,
  updated_by VARCHAR(128) NOT NULL,
  updated_at_us BIGINT NOT NULL,
  CONSTRAINT pk_import_mapping PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
