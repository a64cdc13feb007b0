import CofferCore

/// The table of accounts.
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
                """
            ]
        )
    ]
}
