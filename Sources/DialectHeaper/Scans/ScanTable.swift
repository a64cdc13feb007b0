import CofferCore

/// The tables of scans: the scans themselves, what lay in the folders when they were last looked at, and the duplicates.
///
/// A folder's key is ``FolderKey``; `path` and `name` are bytes, as the file system has them. A row of
/// `heaper_scan_files` stays while its file is missing, so that a disk that comes back is known again.
enum ScanTable {
    static let migrations = [
        Migration(
            module: "heaper",
            name: "007-scans",
            statements: [
                """
                CREATE TABLE heaper_scans (
                    id TEXT PRIMARY KEY NOT NULL,
                    heap_id TEXT NOT NULL REFERENCES heaper_heaps (id) ON DELETE CASCADE,
                    user_id TEXT NOT NULL,
                    path BYTEA NOT NULL,
                    status TEXT NOT NULL CHECK (status IN ('running', 'aborting', 'aborted', 'done', 'failed')),
                    files_found BIGINT NOT NULL DEFAULT 0,
                    files_done BIGINT NOT NULL DEFAULT 0,
                    new_blocks BIGINT NOT NULL DEFAULT 0,
                    updated BIGINT NOT NULL DEFAULT 0,
                    duplicates BIGINT NOT NULL DEFAULT 0,
                    skipped BIGINT NOT NULL DEFAULT 0,
                    errors BIGINT NOT NULL DEFAULT 0,
                    started_at BIGINT NOT NULL,
                    finished_at BIGINT
                )
                """,
                "CREATE INDEX heaper_scans_by_heap ON heaper_scans (heap_id, started_at)",
                "CREATE INDEX heaper_scans_active ON heaper_scans (id) WHERE finished_at IS NULL",
                """
                CREATE TABLE heaper_scan_folders (
                    folder BYTEA PRIMARY KEY NOT NULL,
                    heap_id TEXT NOT NULL REFERENCES heaper_heaps (id) ON DELETE CASCADE,
                    root TEXT NOT NULL,
                    path BYTEA NOT NULL,
                    seen_by TEXT NOT NULL
                )
                """,
                "CREATE INDEX heaper_scan_folders_by_path ON heaper_scan_folders (heap_id, root, path)",
                """
                CREATE TABLE heaper_scan_files (
                    folder BYTEA NOT NULL REFERENCES heaper_scan_folders (folder) ON DELETE CASCADE,
                    name BYTEA NOT NULL,
                    inode BIGINT NOT NULL,
                    size BIGINT NOT NULL,
                    modified BIGINT NOT NULL,
                    hash TEXT NOT NULL,
                    block_id TEXT NOT NULL,
                    is_missing BIGINT NOT NULL DEFAULT 0 CHECK (is_missing IN (0, 1)),
                    PRIMARY KEY (folder, name)
                )
                """,
                "CREATE INDEX heaper_scan_files_by_block ON heaper_scan_files (block_id)",
                """
                CREATE TABLE heaper_duplicates (
                    folder BYTEA NOT NULL,
                    name BYTEA NOT NULL,
                    heap_id TEXT NOT NULL REFERENCES heaper_heaps (id) ON DELETE CASCADE,
                    hash TEXT NOT NULL,
                    block_id TEXT NOT NULL,
                    found_at BIGINT NOT NULL,
                    PRIMARY KEY (folder, name),
                    FOREIGN KEY (folder, name) REFERENCES heaper_scan_files (folder, name) ON DELETE CASCADE
                )
                """,
                "CREATE INDEX heaper_duplicates_by_hash ON heaper_duplicates (heap_id, hash)",
            ]
        )
    ]
}
