import CofferCore

/// The tables of heaps, their members and their blocks.
///
/// Every change of a block gives it a new stamp, the one order in which synchronization sees changes. A purged block keeps
/// its row as a marker, with nothing in it but ids and times. A heap counts its blocks besides the index block, so that no
/// list has to (``BlockCounts``). The text of a block stands last, because what stands behind a long one takes longer to
/// read. `heaper_search_texts` has titles and texts as ``SearchText`` folds them. A file is `in_document` while the block's document names it:
/// its row goes when the document stops doing so, and never before it began.
enum HeapTable {
    static let migrations = [
        Migration(
            module: "heaper",
            name: "002-heaps",
            statements: [
                "CREATE TABLE heaper_stamps (id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1), newest BIGINT NOT NULL)",
                "INSERT INTO heaper_stamps (id, newest) VALUES (1, 0)",
                """
                CREATE TABLE heaper_heaps (
                    id TEXT PRIMARY KEY NOT NULL,
                    index_block_id TEXT NOT NULL UNIQUE,
                    owner_id TEXT NOT NULL REFERENCES heaper_users (id) ON DELETE CASCADE,
                    name TEXT NOT NULL,
                    encrypted BIGINT NOT NULL DEFAULT 0 CHECK (encrypted IN (0, 1)),
                    sidebar_order TEXT NOT NULL DEFAULT '[]',
                    live_count BIGINT NOT NULL DEFAULT 0,
                    trashed_count BIGINT NOT NULL DEFAULT 0,
                    created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL,
                    deleted_at BIGINT
                )
                """,
                "CREATE INDEX heaper_heaps_by_owner ON heaper_heaps (owner_id)",
                "CREATE INDEX heaper_heaps_deleted ON heaper_heaps (deleted_at) WHERE deleted_at IS NOT NULL",
                """
                CREATE TABLE heaper_members (
                    user_id TEXT NOT NULL REFERENCES heaper_users (id) ON DELETE CASCADE,
                    heap_id TEXT NOT NULL REFERENCES heaper_heaps (id) ON DELETE CASCADE,
                    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
                    PRIMARY KEY (user_id, heap_id)
                )
                """,
                "CREATE INDEX heaper_members_by_heap ON heaper_members (heap_id)",
                """
                CREATE TABLE heaper_blocks (
                    id TEXT PRIMARY KEY NOT NULL,
                    heap_id TEXT NOT NULL REFERENCES heaper_heaps (id) ON DELETE CASCADE,
                    owner_id TEXT NOT NULL,
                    type TEXT NOT NULL DEFAULT 'note',
                    title TEXT NOT NULL DEFAULT '',
                    color TEXT,
                    icon TEXT,
                    icon_type TEXT,
                    main_tag TEXT,
                    value_type TEXT,
                    value_options TEXT,
                    default_app TEXT,
                    sync_version BIGINT NOT NULL DEFAULT 1,
                    floor_version BIGINT NOT NULL DEFAULT 1,
                    stamp BIGINT NOT NULL,
                    created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL,
                    deleted_at BIGINT,
                    purged_at BIGINT,
                    text TEXT NOT NULL DEFAULT ''
                )
                """,
                "CREATE UNIQUE INDEX heaper_blocks_by_stamp ON heaper_blocks (heap_id, stamp)",
                """
                CREATE INDEX heaper_blocks_live ON heaper_blocks (heap_id, stamp)
                    WHERE deleted_at IS NULL AND purged_at IS NULL
                """,
                """
                CREATE INDEX heaper_blocks_by_type ON heaper_blocks (heap_id, type, stamp)
                    WHERE deleted_at IS NULL AND purged_at IS NULL
                """,
                """
                CREATE INDEX heaper_blocks_by_creation ON heaper_blocks (heap_id, created_at, id)
                    WHERE deleted_at IS NULL AND purged_at IS NULL
                """,
                """
                CREATE INDEX heaper_blocks_trashed ON heaper_blocks (heap_id, deleted_at, id)
                    WHERE deleted_at IS NOT NULL AND purged_at IS NULL
                """,
                // Counts read an index alone: all, less those that are gone.
                """
                CREATE INDEX heaper_blocks_gone ON heaper_blocks (heap_id, stamp)
                    WHERE coalesce(deleted_at, purged_at) IS NOT NULL
                """,
                "CREATE INDEX heaper_blocks_purged ON heaper_blocks (purged_at) WHERE purged_at IS NOT NULL",
                """
                CREATE TABLE heaper_search_texts (
                    block_id TEXT PRIMARY KEY NOT NULL REFERENCES heaper_blocks (id) ON DELETE CASCADE,
                    heap_id TEXT NOT NULL,
                    title TEXT NOT NULL DEFAULT '',
                    text TEXT NOT NULL DEFAULT ''
                )
                """,
                "CREATE INDEX heaper_search_texts_by_heap ON heaper_search_texts (heap_id)",
                """
                CREATE TABLE heaper_relations (
                    id TEXT PRIMARY KEY NOT NULL,
                    heap_id TEXT NOT NULL,
                    from_id TEXT NOT NULL,
                    to_id TEXT NOT NULL,
                    type TEXT NOT NULL,
                    meta TEXT,
                    created_by TEXT NOT NULL,
                    UNIQUE (to_id, type, from_id)
                )
                """,
                "CREATE INDEX heaper_relations_by_source ON heaper_relations (from_id, type)",
                """
                CREATE TABLE heaper_files (
                    id TEXT PRIMARY KEY NOT NULL,
                    heap_id TEXT NOT NULL REFERENCES heaper_heaps (id) ON DELETE CASCADE,
                    block_id TEXT NOT NULL REFERENCES heaper_blocks (id) ON DELETE CASCADE,
                    hash TEXT NOT NULL,
                    name TEXT NOT NULL DEFAULT '',
                    mime_type TEXT NOT NULL DEFAULT '',
                    file_size BIGINT NOT NULL DEFAULT 0,
                    width BIGINT,
                    height BIGINT,
                    duration_ms BIGINT,
                    exif_data TEXT,
                    is_uploaded BIGINT NOT NULL DEFAULT 0 CHECK (is_uploaded IN (0, 1)),
                    in_document BIGINT NOT NULL DEFAULT 0 CHECK (in_document IN (0, 1)),
                    unprobed BIGINT NOT NULL DEFAULT 0 CHECK (unprobed IN (0, 1)),
                    created_at BIGINT NOT NULL,
                    UNIQUE (block_id, hash)
                )
                """,
                // Both, or a search for a hash in a heap would read all files of the heap.
                "CREATE INDEX heaper_files_by_hash ON heaper_files (hash, heap_id)",
                "CREATE INDEX heaper_files_by_heap ON heaper_files (heap_id)",
                // What nobody has looked into yet.
                "CREATE INDEX heaper_files_unprobed ON heaper_files (id) WHERE unprobed = 1",
            ]
        )
    ]
}
