import CofferCore

/// The tables of accounts: users, their logins, and the keys of this server.
///
/// A login holds the number of its newest refresh token, and when that one was given.
enum UserTable {
    static let migrations = [
        Migration(
            module: "heaper",
            name: "001-users",
            statements: [
                """
                CREATE TABLE heaper_users (
                    id TEXT PRIMARY KEY NOT NULL,
                    public_key TEXT NOT NULL UNIQUE,
                    email TEXT NOT NULL DEFAULT '',
                    name TEXT NOT NULL DEFAULT '',
                    is_admin BIGINT NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1)),
                    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected')),
                    created_at BIGINT NOT NULL
                )
                """,
                "CREATE INDEX heaper_users_pending ON heaper_users (created_at) WHERE state = 'pending'",
                """
                CREATE TABLE heaper_sessions (
                    id TEXT PRIMARY KEY NOT NULL,
                    user_id TEXT NOT NULL REFERENCES heaper_users (id) ON DELETE CASCADE,
                    generation BIGINT NOT NULL DEFAULT 0,
                    rotated_at BIGINT NOT NULL,
                    expires_at BIGINT NOT NULL
                )
                """,
                "CREATE INDEX heaper_sessions_by_user ON heaper_sessions (user_id)",
                "CREATE INDEX heaper_sessions_over ON heaper_sessions (expires_at)",
                "CREATE TABLE heaper_secrets (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL)",
            ]
        )
    ]
}
