import CofferCore

/// The tables of contents and of uploads under way; files themselves are `heaper_files`.
///
/// A content is the bytes of one SHA-256, stored once whoever uploads them. It stays as long as a file that is uploaded
/// names its hash. Whoever removes such a file writes the hash to `heaper_loose_contents`, and whoever looks there next
/// frees what nobody names any more.
enum FileTable {
    static let migrations = [
        Migration(
            module: "heaper",
            name: "006-contents",
            statements: [
                """
                CREATE TABLE heaper_contents (
                    hash TEXT PRIMARY KEY NOT NULL,
                    size BIGINT NOT NULL,
                    drop_id TEXT NOT NULL UNIQUE REFERENCES drops (id) ON DELETE CASCADE,
                    created_at BIGINT NOT NULL
                )
                """,
                "CREATE TABLE heaper_loose_contents (hash TEXT PRIMARY KEY NOT NULL)",
                """
                CREATE TABLE heaper_uploads (
                    drop_id TEXT PRIMARY KEY NOT NULL REFERENCES drops (id) ON DELETE CASCADE,
                    heap_id TEXT NOT NULL REFERENCES heaper_heaps (id) ON DELETE CASCADE,
                    block_id TEXT NOT NULL,
                    hash TEXT NOT NULL,
                    size BIGINT NOT NULL,
                    chunk_bytes BIGINT NOT NULL CHECK (chunk_bytes > 0),
                    name TEXT NOT NULL,
                    mime_type TEXT NOT NULL,
                    UNIQUE (heap_id, block_id, hash)
                )
                """,
                // What a heap's files take is read from an index alone.
                "CREATE INDEX heaper_files_usage ON heaper_files (heap_id, hash, file_size) WHERE is_uploaded = 1",
                "CREATE INDEX heaper_files_unlisted ON heaper_files (id) WHERE is_uploaded = 1 AND in_document = 0",
            ]
        )
    ]
}
