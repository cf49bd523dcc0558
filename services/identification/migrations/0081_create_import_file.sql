-- Files that are or were imported, so that one is not imported twice at once; `file_key` is a hash of its bytes and of what the
-- import does with it.
CREATE TABLE import_file (
  file_key BINARY(32) NOT NULL,
  job_id BIGINT NOT NULL,
  CONSTRAINT pk_import_file PRIMARY KEY (file_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
