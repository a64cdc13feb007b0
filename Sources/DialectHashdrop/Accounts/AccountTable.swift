import CofferCore

/// The table of accounts.
enum AccountTable {
    static let migrations = [
        Migration(
            module: "hashdrop",
            name: "001-users",
            statements: [
                """
                CREATE TABLE hashdrop_users (
                    id TEXT PRIMARY KEY NOT NULL,
                    email TEXT NOT NULL UNIQUE,
                    password_hash TEXT NOT NULL,
                    verified BIGINT NOT NULL DEFAULT 0 CHECK (verified IN (0, 1)),
                    created_at BIGINT NOT NULL,
                    updated_at BIGINT NOT NULL
                )
                """,
                "CREATE INDEX hashdrop_users_unverified ON hashdrop_users (created_at) WHERE verified = 0",
            ]
        )
    ]
}
