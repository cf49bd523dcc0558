-- The changes that this service publishes: one row for the changes of one transaction.
CREATE TABLE outbox (
  id BIGINT NOT NULL AUTO_INCREMENT,
  -- Place in the feed, given by a sequencer once the row is committed; 0 until then. A number rather
  -- than NULL, so that placing a row does not change its size and the page is rewritten in place.
  position BIGINT NOT NULL DEFAULT 0,
  -- Smallest and largest region of the changes: a reader skips the row without parsing it.
  region_low BIGINT NOT NULL,
  region_high BIGINT NOT NULL,
  change_count INT NOT NULL,
  byte_count INT NOT NULL,
  -- A serialized jingzhun.common.v1.ChangeBatch.
  changes MEDIUMBLOB NOT NULL,
  recorded_at_us BIGINT NOT NULL,
  CONSTRAINT pk_outbox PRIMARY KEY (id),
  CONSTRAINT ck_outbox_change_count CHECK (change_count > 0),
  -- Streams: the rows behind a cursor, in order. Sequencers: rows without a place (position 0).
  KEY ix_outbox_position (position, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- One row (id 1): how far the feed has been put in order.
CREATE TABLE feed_sequence (
  id TINYINT NOT NULL,
  -- The next place: 1 + the changes placed so far.
  next_position BIGINT NOT NULL,
  -- Rows up to this one were deleted; 0 while there are none.
  purged_position BIGINT NOT NULL DEFAULT 0,
  purged_id BIGINT NOT NULL DEFAULT 0,
  -- Counts the commits that only make another replica's places durable.
  flush_count BIGINT NOT NULL DEFAULT 0,
  -- Signs cursors, so that another feed's cursor is refused.
  secret VARBINARY(64) NOT NULL,
  CONSTRAINT pk_feed_sequence PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO feed_sequence (id, next_position, secret) VALUES (1, 1, RANDOM_BYTES(32));

-- How far this service has applied the feeds of others, one row for each source.
CREATE TABLE feed_cursor (
  source VARCHAR(64) NOT NULL,
  after_cursor VARCHAR(512) NOT NULL,
  applied_count BIGINT NOT NULL DEFAULT 0,
  updated_at_us BIGINT NOT NULL,
  CONSTRAINT pk_feed_cursor PRIMARY KEY (source)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
