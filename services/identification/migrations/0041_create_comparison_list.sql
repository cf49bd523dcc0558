-- Lists of departments. `state`: 0 being uploaded, then the numbers of ComparisonListState; READY ones end by themselves after
-- `expires_on`. `content_digest` is the SHA-256 of description and content while the list is good.
CREATE TABLE comparison_list (
  id BIGINT NOT NULL,
  kind VARCHAR(32) NOT NULL,
  region_code BIGINT NOT NULL,
  authority VARCHAR(200) NOT NULL,
  purpose VARCHAR(200) NOT NULL,
  data_date DATE NOT NULL,
  expires_on DATE NOT NULL,
  state TINYINT NOT NULL,
  entry_count BIGINT NOT NULL,
  skipped_count BIGINT NOT NULL,
  attributes TEXT NOT NULL,
  content_digest BINARY(32) NULL,
  created_by VARCHAR(128) NOT NULL,
  created_at_us BIGINT NOT NULL,
  CONSTRAINT pk_comparison_list PRIMARY KEY (id),
  -- The same list uploaded again is the one that is there.
  CONSTRAINT uq_comparison_list_content UNIQUE (content_digest),
  -- ListComparisonLists, newest first; uploads that were broken off.
  KEY ix_comparison_list_created (created_at_us, id),
  -- The lists of one kind, authority and region: versions of each other.
  KEY ix_comparison_list_kind (kind, region_code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Entries of a list, about a thousand in a row: `hashes` are the keyed hashes of identity numbers, 32 bytes each, ascending within
-- the row and from row to row of a run; `attributes` are their values (domain/comparison_list.h). The prefixes are the first 32
-- bits of the first and last hash. 2,000,000 ids are 64 MB so, and are read in a third of a second.
CREATE TABLE comparison_list_block (
  list_id BIGINT NOT NULL,
  run INT NOT NULL,
  seq INT NOT NULL,
  first_prefix BIGINT NOT NULL,
  last_prefix BIGINT NOT NULL,
  entry_count INT NOT NULL,
  hashes MEDIUMBLOB NOT NULL,
  attributes MEDIUMBLOB NOT NULL,
  CONSTRAINT pk_comparison_list_block PRIMARY KEY (list_id, run, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
