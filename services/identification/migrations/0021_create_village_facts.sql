-- What is known of an administrative village as it stands; `facts` is a VillageItems (facts.proto).
CREATE TABLE village_facts (
  region_code BIGINT NOT NULL,
  version BIGINT NOT NULL,
  facts MEDIUMBLOB NOT NULL,
  updated_by VARCHAR(128) NOT NULL,
  updated_at_us BIGINT NOT NULL,
  CONSTRAINT pk_village_facts PRIMARY KEY (region_code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Every version that a village had; `snapshot` is a VillageRecord (storage.proto).
CREATE TABLE village_version (
  region_code BIGINT NOT NULL,
  version BIGINT NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  recorded_by VARCHAR(128) NOT NULL,
  reason VARCHAR(64) NOT NULL,
  snapshot MEDIUMBLOB NOT NULL,
  CONSTRAINT pk_village_version PRIMARY KEY (region_code, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
