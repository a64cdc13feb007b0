import CofferCore

/// The tables of files.
enum FileTable {
    static let migrations = [
        Migration(
            module: "hashdrop",
            name: "003-files",
            statements: [
                """
                CREATE TABLE hashdrop_files (
                    id TEXT PRIMARY KEY NOT NULL,
                    user_id TEXT NOT NULL REFERENCES hashdrop_users (id) ON DELETE CASCADE,
                    position BIGINT NOT NULL,
                    object_key TEXT NOT NULL UNIQUE,
                    file_name TEXT NOT NULL,
                    mime_type TEXT NOT NULL,
                    status TEXT NOT NULL CHECK (status IN ('pending', 'uploaded', 'failed')),
                    counted_bytes BIGINT NOT NULL CHECK (counted_bytes >= 0),
                    stored_bytes BIGINT NOT NULL DEFAULT 0,
                    plaintext_hash TEXT NOT NULL DEFAULT '',
                    plaintext_bytes BIGINT NOT NULL DEFAULT 0,
                    passphrase_salt TEXT NOT NULL DEFAULT '',
                    drop_id TEXT REFERENCES drops (id) ON DELETE SET NULL,
                    created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL
                )
                """,
                "CREATE INDEX hashdrop_files_by_user ON hashdrop_files (user_id, position)",
                "CREATE INDEX hashdrop_files_by_drop ON hashdrop_files (drop_id) WHERE drop_id IS NOT NULL",
                "CREATE INDEX hashdrop_files_pending ON hashdrop_files (created_at) WHERE status = 'pending'",
                "CREATE INDEX hashdrop_files_failed ON hashdrop_files (updated_at) WHERE status = 'failed'",
                // What each account and all of them have stored and reserved; kept beside the rows, because adding up
                // all rows would make every upload as slow as there are files.
                """
                CREATE TABLE hashdrop_usage (
                    user_id TEXT PRIMARY KEY NOT NULL REFERENCES hashdrop_users (id) ON DELETE CASCADE,
                    bytes BIGINT NOT NULL,
                    files BIGINT NOT NULL,
                    last_position BIGINT NOT NULL
                )
                """,
                "CREATE TABLE hashdrop_totals (id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1), bytes BIGINT NOT NULL)",
                "INSERT INTO hashdrop_totals (id, bytes) VALUES (1, 0)",
                """
                CREATE TABLE hashdrop_downloads (
                    file_id TEXT NOT NULL REFERENCES hashdrop_files (id) ON DELETE CASCADE,
                    day BIGINT NOT NULL,
                    downloads BIGINT NOT NULL,
                    PRIMARY KEY (file_id, day)
                )
                """,
                "CREATE INDEX hashdrop_downloads_by_day ON hashdrop_downloads (day)",
                """
                CREATE TABLE hashdrop_doomed_objects (
                    object_key TEXT PRIMARY KEY NOT NULL,
                    due_at BIGINT NOT NULL,
                    last_at BIGINT NOT NULL
                )
                """,
                "CREATE INDEX hashdrop_doomed_objects_by_due ON hashdrop_doomed_objects (due_at)",
            ]
        )
    ]
}
