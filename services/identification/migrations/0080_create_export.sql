-- Files made by export jobs, until they expire.
CREATE TABLE export_file (
  job_id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  created_by VARCHAR(255) NOT NULL,
  spec MEDIUMBLOB NOT NULL,
  row_count BIGINT NOT NULL,
  byte_count BIGINT NOT NULL,
  sha256 BINARY(32) NOT NULL,
  expires_at_us BIGINT NOT NULL,
  CONSTRAINT pk_export_file PRIMARY KEY (job_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Their bytes from start_offset on, sealed in slices. Parts outlive a job that failed until they expire.
CREATE TABLE export_file_part (
  job_id BIGINT NOT NULL,
  start_offset BIGINT NOT NULL,
  sealed MEDIUMBLOB NOT NULL,
  expires_at_us BIGINT NOT NULL,
  CONSTRAINT pk_export_file_part PRIMARY KEY (job_id, start_offset),
  -- The sweep of what has expired.
  KEY ix_export_file_part_expires (expires_at_us)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Who took what out of the register, and why; rows are never deleted.
CREATE TABLE export_access (
  id BIGINT NOT NULL,
  region_code BIGINT NOT NULL,
  kind TINYINT NOT NULL,
  subject VARCHAR(255) NOT NULL,
  -- An ExportSpec with purpose and reason.
  spec MEDIUMBLOB NOT NULL,
  job_id BIGINT NULL,
  begun_at_us BIGINT NOT NULL,
  ended_at_us BIGINT NULL,
  row_count BIGINT NOT NULL DEFAULT 0,
  complete BOOLEAN NOT NULL DEFAULT FALSE,
  CONSTRAINT pk_export_access PRIMARY KEY (id),
  -- ListExportAccesses: those of a region, latest first.
  KEY ix_export_access_region (region_code, begun_at_us)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
