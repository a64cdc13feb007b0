import CofferCore

/// The table of thumbnails: those that clients uploaded for a file of a block, and those that were made of a content.
///
/// Each is slot 0 of a drop that is ready and never due; the drop owns the bytes. What was made belongs to the content,
/// whoever has it, and has no block; what was uploaded is seen with that block alone. With which blocks a made one was shown
/// is in `heaper_shown_thumbnails`: nobody else learns that it is there.
enum ThumbnailTable {
    static let migrations = [
        Migration(
            module: "heaper",
            name: "008-thumbnails",
            statements: [
                """
                CREATE TABLE heaper_thumbnails (
                    drop_id TEXT PRIMARY KEY NOT NULL REFERENCES drops (id) ON DELETE CASCADE,
                    hash TEXT NOT NULL,
                    block_id TEXT NOT NULL DEFAULT '',
                    key TEXT NOT NULL,
                    kind TEXT NOT NULL CHECK (kind IN ('image', 'video', 'animated')),
                    size TEXT NOT NULL,
                    format TEXT NOT NULL,
                    bytes BIGINT NOT NULL,
                    width BIGINT NOT NULL,
                    height BIGINT NOT NULL,
                    position_ms BIGINT,
                    created_at BIGINT NOT NULL,
                    UNIQUE (hash, block_id, key)
                )
                """,
                """
                CREATE TABLE heaper_shown_thumbnails (
                    drop_id TEXT NOT NULL REFERENCES heaper_thumbnails (drop_id) ON DELETE CASCADE,
                    block_id TEXT NOT NULL,
                    PRIMARY KEY (drop_id, block_id)
                )
                """,
            ]
        )
    ]
}
